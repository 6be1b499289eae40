import { decode } from './codec.ts';
import type { Link } from './link.ts';
import type { OpenedStore } from './openedStore.ts';
import { isPiece, Pieces } from './pieces.ts';
import type { Seal } from './seal.ts';
import { type Content, packContent, unpackContent } from './sealedContent.ts';
import type { Entry, EntryMeta } from './tier.ts';
import type { Waiting } from './writeBehind.ts';

const largestWhole = 64_000; // bytes of an encoded value; larger ones lie in pieces
const deletedAtOnce = 1000;
const cleared = 'memoir cleared'; // the key that says when all was removed from a store that cannot tell its keys

/** Told of keys while nothing else can have been done with them since. */
type Failed = (keys: readonly string[]) => void;

/** Entries as signed texts of a store, with large values in pieces beside them. What fails is nothing, null or false. */
export class StoreEntries {
  readonly #link: Link<OpenedStore>;
  readonly #pieces: Pieces;
  readonly #seal: Seal;

  constructor(link: Link<OpenedStore>, seal: Seal) {
    this.#link = link;
    this.#pieces = new Pieces(link);
    this.#seal = seal;
  }

  /** What is under keys and verifies, but for those that `isGone`. */
  async read(
    keys: readonly string[],
    isGone: (key: string, meta: EntryMeta) => boolean,
  ): Promise<Map<string, Entry | undefined>> {
    const texts = await this.#link.attempt((opened) => this.#texts(opened, keys), []);
    const opened = keys.map(async (key, at) => [key, await this.#open(key, texts[at], isGone)] as const);
    return new Map(await Promise.all(opened));
  }

  /** `failed` is told at once what could not be written: what is there of these keys is older. */
  async write(batch: readonly (readonly [string, Waiting])[], failed: Failed): Promise<void> {
    const whole: string[] = [];
    const entries: { key: string; value: string; expires?: number }[] = [];
    for (const [key, { entry, encoded }] of batch) {
      const { meta } = entry;
      const expires = meta.expiresAt === null ? null : Math.ceil(meta.expiresAt);
      const isLarge = encoded.length > largestWhole;
      const file = isLarge ? await this.#pieces.write(key, encoded, !meta.uncompressed, expires) : null;
      const value = this.#pack(key, { meta, file, value: isLarge ? new Uint8Array() : encoded });
      if (isLarge && file === null) failed([key]);
      else entries.push({ key, value, ...(expires !== null && { expires }) });
      if (!isLarge) whole.push(key);
    }
    const done = await this.#link.attempt(async ({ store }) => !(await store.setMany(entries))?.includes(false), false);
    if (!done) failed(entries.map(({ key }) => key));
    await this.#pieces.remove(whole);
  }

  /** How many there were; `failed` is told at once what could not be removed. */
  async remove(keys: readonly string[], failed: Failed): Promise<number> {
    let count = 0;
    for (let at = 0; at < keys.length; at += deletedAtOnce) {
      const some = keys.slice(at, at + deletedAtOnce);
      const gone = await this.#link.attempt(({ store }) => store.deleteMany(some), null);
      if (gone === null) failed(some);
      else await this.#pieces.remove(some);
      count += gone?.filter(Boolean).length ?? 0;
    }
    return count;
  }

  /** Removes everything; of a store that cannot tell its keys, by noting that all that is older is gone. */
  clear(now: number): Promise<boolean> {
    return this.#link.attempt(async ({ store, pieces, batches }) => {
      if (batches) await Promise.all([store.clear(), store !== pieces && pieces.clear()]);
      else await store.set(cleared, this.#pack(cleared, clearedAt(now)));
      return true;
    }, false);
  }

  /** Whether the store can tell its keys; true where it cannot be asked. */
  canList(): Promise<boolean> {
    return this.#link.attempt(async ({ batches }) => batches !== null, true);
  }

  /** Calls `visit` with all that verifies, each step with its own deadline; false where it did not come to the end. */
  async each(visit: (key: string, meta: EntryMeta) => void): Promise<boolean> {
    const batches = await this.#link.attempt(async ({ batches }) => batches?.() ?? null, null);
    for (;;) {
      const step = batches && (await this.#link.attempt(() => batches.next(), null));
      if (!step) return false;
      if (step.done) return true;
      for (const [key, text] of step.value) {
        const meta = isPiece(key) ? undefined : this.#unpack(key, text)?.meta;
        if (meta) visit(key, meta);
      }
    }
  }

  /** The texts of keys; nothing of what is older than the last time that all was removed. */
  async #texts({ store, batches }: OpenedStore, keys: readonly string[]): Promise<unknown[]> {
    const [first = ''] = keys;
    if (batches) return keys.length === 1 ? [await store.get(first)] : store.getMany([...keys]);
    const [mark, ...texts] = await store.getMany<unknown>([cleared, ...keys]);
    const at = this.#unpack(cleared, mark)?.meta.createdAt ?? 0;
    return texts.map((text, index) => {
      const meta = this.#unpack(keys[index]!, text)?.meta;
      return meta && meta.createdAt > at ? text : undefined;
    });
  }

  async #open(
    key: string,
    text: unknown,
    isGone: (key: string, meta: EntryMeta) => boolean,
  ): Promise<Entry | undefined> {
    const content = this.#unpack(key, text);
    if (!content || isGone(key, content.meta)) return undefined;
    const { file, meta } = content;
    const bytes = file === null ? content.value : await this.#pieces.read(key, file);
    try {
      return bytes && { value: decode(bytes), meta };
    } catch {
      return undefined; // made by a newer version, or with a class that is not known here
    }
  }

  #pack(key: string, content: Content): string {
    return Buffer.from(packContent(this.#seal, key, content)).toString('base64');
  }

  /** Undefined for what does not verify. */
  #unpack(key: string, text: unknown): Content | undefined {
    return typeof text === 'string' ? unpackContent(this.#seal, key, Buffer.from(text, 'base64')) : undefined;
  }
}

function clearedAt(now: number): Content {
  const meta = { bytes: 0, createdAt: now, lastUsed: now, expiresAt: null, savedMs: 0, tags: [] };
  return { meta, file: null, value: new Uint8Array() };
}
