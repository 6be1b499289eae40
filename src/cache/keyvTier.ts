import type { Log } from '../base/log.ts';
import { decode, encode } from './codec.ts';
import { Link } from './link.ts';
import type { OpenedStore } from './openedStore.ts';
import { Owed } from './owed.ts';
import { matcherOf } from './pattern.ts';
import { isPiece, Pieces } from './pieces.ts';
import type { Seal } from './seal.ts';
import { type Content, packContent, unpackContent } from './sealedContent.ts';
import { StoreCount } from './storeCount.ts';
import {
  type Entry,
  type EntryFilter,
  type EntryInfo,
  type EntryMeta,
  isExpired,
  type Tier,
  type TierName,
  type TierStats,
} from './tier.ts';
import { type Waiting, WriteBehind } from './writeBehind.ts';

export interface KeyvTierOptions {
  readonly name: TierName;
  /** What it is called in messages. */
  readonly title: string;
  /** Loads the code that `open` needs. */
  readonly load: () => Promise<unknown>;
  /** Opens the store, at its first use. */
  readonly open: () => Promise<OpenedStore>;
  /** How long an answer may take, in milliseconds. */
  readonly timeout: number;
  readonly seal: Seal;
  readonly log: Log;
  readonly now?: () => number;
}

const largestWhole = 64_000; // bytes of an encoded value; larger ones lie in pieces
const deletedAtOnce = 1000;
const cleared = 'memoir cleared'; // the key that says when all was removed from a store that cannot tell its keys

/** Entries in any store that Keyv can reach. Values are written behind the back of who sets them, and signed. */
export class KeyvTier implements Tier {
  readonly name: TierName;
  readonly #link: Link<OpenedStore>;
  readonly #pieces: Pieces;
  readonly #writes: WriteBehind;
  readonly #seal: Seal;
  readonly #now: () => number;
  readonly #owed: Owed;
  readonly #counted = new StoreCount();

  constructor({ name, title, load, open, timeout, seal, log, now = Date.now }: KeyvTierOptions) {
    this.name = name;
    this.#seal = seal;
    this.#now = now;
    this.#owed = new Owed(now);
    this.#link = new Link({
      load,
      open,
      isAlive: ({ isAlive }) => isAlive(),
      timeout,
      log,
      title,
      healed: () => this.#payOwed(),
    });
    this.#pieces = new Pieces(this.#link);
    this.#writes = new WriteBehind((batch) => this.#write(batch));
  }

  async get(key: string): Promise<Entry | undefined> {
    return (await this.getMany([key]))[0];
  }

  async getMany(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    const waiting = keys.map((key) => this.#writes.get(key)?.entry);
    const missing = keys.filter((_, at) => !waiting[at]);
    const texts = await this.#link.attempt((opened) => this.#read(opened, missing), []);
    const opened = missing.map(async (key, at) => [key, await this.#open(key, texts[at])] as const);
    const found = new Map(await Promise.all(opened));
    return keys.map((key, at) => waiting[at] ?? found.get(key));
  }

  /** Resolves at once, unless very much waits to be written. */
  async set(key: string, entry: Entry, encoded = encode(entry.value).bytes): Promise<void> {
    if (isExpired(entry.meta, this.#now())) await this.delete(key);
    else await this.#writes.add(key, { entry, encoded });
  }

  async delete(key: string): Promise<boolean> {
    return (await this.deleteMany([key])) > 0;
  }

  async deleteMany(keys: readonly string[]): Promise<number> {
    if (keys.length === 0) return 0;
    await this.#writes.drop(keys);
    this.#counted.forget();
    let count = 0;
    for (let at = 0; at < keys.length; at += deletedAtOnce) {
      const some = keys.slice(at, at + deletedAtOnce);
      const gone = await this.#link.attempt(({ store }) => store.deleteMany(some), null);
      if (gone === null) this.#owed.addKeys(some);
      else await this.#pieces.remove(some);
      count += gone?.filter(Boolean).length ?? 0;
    }
    return count;
  }

  async invalidate(filter: EntryFilter): Promise<string[]> {
    if (!(await this.#link.attempt(async ({ batches }) => batches !== null, true))) await this.clear();
    const entries = await this.#scan(filter);
    if (!entries) this.#owed.add(filter);
    const keys = entries?.map(({ key }) => key) ?? [];
    await this.deleteMany(keys);
    return keys;
  }

  async clear(prefix = ''): Promise<void> {
    if (prefix !== '') return void (await this.invalidate({ prefix }));
    this.#counted.forget();
    await this.#writes.drop();
    const done = await this.#link.attempt(async ({ store, pieces, batches }) => {
      if (batches) await Promise.all([store.clear(), store !== pieces && pieces.clear()]);
      else
        await store.set(
          cleared,
          this.#pack(cleared, { meta: clearedAt(this.#now()), file: null, value: new Uint8Array() }),
        );
      return true;
    }, false);
    if (!done) this.#owed.add({});
  }

  async list(filter: EntryFilter = {}): Promise<EntryInfo[]> {
    return (await this.#scan(filter)) ?? [];
  }

  async stats(prefix = ''): Promise<TierStats> {
    const { entries, bytes } = await this.#counted.of(prefix, () => this.list({ prefix }));
    const { errors, problem } = this.#link;
    return { entries, bytes, errors, ...(problem !== undefined && { problem }) };
  }

  flush(): Promise<void> {
    return this.#writes.flush();
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#link.close(({ end }) => end());
  }

  /** Entries that are meant; null where the store cannot be read. */
  async #scan(filter: EntryFilter): Promise<EntryInfo[] | null> {
    await this.flush();
    const matches = matcherOf(filter);
    const found: EntryInfo[] = [];
    const isWhole = await this.#each((key, text) => {
      const meta = this.#unpack(key, text)?.meta;
      if (meta && matches(key, meta)) found.push({ key, meta });
    });
    return isWhole ? found : null;
  }

  /** Calls `visit` with all that the store holds, each step with its own deadline; false where it did not come to the end. */
  async #each(visit: (key: string, text: unknown) => void): Promise<boolean> {
    const batches = await this.#link.attempt(async ({ batches }) => batches?.() ?? null, null);
    for (;;) {
      const step = batches && (await this.#link.attempt(() => batches.next(), null));
      if (!step) return false;
      if (step.done) return true;
      for (const [key, text] of step.value) if (!isPiece(key)) visit(key, text);
    }
  }

  async #write(batch: readonly (readonly [string, Waiting])[]): Promise<void> {
    const whole: string[] = [];
    const failed: string[] = [];
    const entries: { key: string; value: string; expires?: number }[] = [];
    for (const [key, { entry, encoded }] of batch) {
      const { meta } = entry;
      const expires = meta.expiresAt === null ? null : Math.ceil(meta.expiresAt);
      const isLarge = encoded.length > largestWhole;
      const file = isLarge ? await this.#pieces.write(key, encoded, !meta.uncompressed, expires) : null;
      const value = this.#pack(key, { meta, file, value: isLarge ? new Uint8Array() : encoded });
      if (isLarge && file === null) failed.push(key);
      else entries.push({ key, value, ...(expires !== null && { expires }) });
      if (!isLarge) whole.push(key);
    }
    const done = await this.#link.attempt(async ({ store }) => !(await store.setMany(entries))?.includes(false), false);
    if (!done) failed.push(...entries.map(({ key }) => key));
    this.#owed.addKeys(failed); // what is there of them is older than what was to be written
    await this.#pieces.remove(whole);
  }

  async #open(key: string, text: unknown): Promise<Entry | undefined> {
    const content = this.#unpack(key, text);
    if (!content) return undefined;
    const { file, meta } = content;
    const bytes = file === null ? content.value : await this.#pieces.read(key, file);
    try {
      return bytes && { value: decode(bytes), meta };
    } catch {
      return undefined; // made by a newer version, or with a class that is not known here
    }
  }

  /** What a text of the store says; undefined where it does not verify, has expired, or counts as removed. */
  #unpack(key: string, text: unknown): Content | undefined {
    const content = this.#verified(key, text);
    if (!content || isExpired(content.meta, this.#now())) return undefined;
    return this.#owed.covers(key, content.meta) ? undefined : content;
  }

  #payOwed(): Promise<void> {
    return this.#owed.pay(async () => {
      const gone: string[] = [];
      const isWhole = await this.#each((key, text) => {
        const meta = this.#verified(key, text)?.meta;
        if (meta && this.#owed.covers(key, meta)) gone.push(key);
      });
      const done = isWhole && (await this.#link.attempt(({ store }) => store.deleteMany(gone), null));
      if (done) await this.#pieces.remove(gone);
      return Boolean(done);
    });
  }

  /** The texts of keys; nothing of what is older than the last time that all was removed. */
  async #read({ store, batches }: OpenedStore, keys: readonly string[]): Promise<unknown[]> {
    const [first = ''] = keys;
    if (batches) return keys.length === 1 ? [await store.get(first)] : store.getMany([...keys]);
    const [mark, ...texts] = await store.getMany<unknown>([cleared, ...keys]);
    const at = this.#verified(cleared, mark)?.meta.createdAt ?? 0;
    return texts.map((text, index) => {
      const meta = this.#verified(keys[index]!, text)?.meta;
      return meta && meta.createdAt > at ? text : undefined;
    });
  }

  #pack(key: string, content: Content): string {
    return Buffer.from(packContent(this.#seal, key, content)).toString('base64');
  }

  #verified(key: string, text: unknown): Content | undefined {
    return typeof text === 'string' ? unpackContent(this.#seal, key, Buffer.from(text, 'base64')) : undefined;
  }
}

function clearedAt(now: number): EntryMeta {
  return { bytes: 0, createdAt: now, lastUsed: now, expiresAt: null, savedMs: 0, tags: [] };
}
