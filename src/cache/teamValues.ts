import type { Blobs } from './blobs.ts';
import { isWorthSharing } from './policy.ts';
import type { EntryMeta, Tier } from './tier.ts';

const most = 64e6; // bytes of a value; larger ones are made again

/** A value that lies in a file named by its digest. */
interface Made {
  readonly digest: string;
  readonly bytes: number;
}

/** Values that a team shares: what one machine made, the others fetch where that is faster than to make it again. */
export class TeamValues {
  readonly #blobs: Blobs;
  readonly #tier: Tier;
  readonly #sending = new Set<Promise<void>>();

  constructor(blobs: Blobs, tier: Tier) {
    this.#blobs = blobs;
    this.#tier = tier;
  }

  /** Hands on a value where that pays, behind the back of who made it. */
  share(made: Made, about: Pick<EntryMeta, 'savedMs' | 'tags'>): void {
    if (made.bytes > most || !isWorthSharing(made.bytes, about.savedMs)) return;
    const sending = this.#send(made, about).finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  /** Brings a value here if it is not, and others have it. */
  async fetch(digest: string): Promise<void> {
    if (await this.#blobs.has(digest)) return;
    const entry = await this.#tier.get(keyOf(digest));
    if (entry?.value instanceof Uint8Array) await this.#blobs.write(entry.value).catch(() => {}); // it is made again
  }

  /** Waits until everything is handed on. */
  async flush(): Promise<void> {
    await Promise.all(this.#sending);
  }

  async #send({ digest }: Made, { savedMs, tags }: Pick<EntryMeta, 'savedMs' | 'tags'>): Promise<void> {
    const value = await this.#blobs.read(digest);
    if (!value) return;
    const now = Date.now();
    const times = { createdAt: now, lastUsed: now, expiresAt: null };
    await this.#tier.set(keyOf(digest), { value, meta: { bytes: value.length, tags, savedMs, ...times } });
  }
}

function keyOf(digest: string): string {
  return `values/${digest}`;
}
