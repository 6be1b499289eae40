import type { Log } from '../base/log.ts';
import { encode } from './codec.ts';
import { Link } from './link.ts';
import type { OpenedStore } from './openedStore.ts';
import { Owed } from './owed.ts';
import { matcherOf } from './pattern.ts';
import type { Seal } from './seal.ts';
import { StoreCount } from './storeCount.ts';
import { StoreEntries } from './storeEntries.ts';
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
import { WriteBehind } from './writeBehind.ts';

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

/** Entries in any store that Keyv can reach. Values are written behind the back of who sets them, and signed. */
export class KeyvTier implements Tier {
  readonly name: TierName;
  readonly #link: Link<OpenedStore>;
  readonly #entries: StoreEntries;
  readonly #writes: WriteBehind;
  readonly #now: () => number;
  readonly #owed: Owed;
  readonly #counted = new StoreCount();

  constructor({ name, title, load, open, timeout, seal, log, now = Date.now }: KeyvTierOptions) {
    this.name = name;
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
    this.#entries = new StoreEntries(this.#link, seal);
    this.#writes = new WriteBehind((batch) => this.#entries.write(batch, (keys) => this.#owed.addKeys(keys)));
  }

  async get(key: string): Promise<Entry | undefined> {
    return (await this.getMany([key]))[0];
  }

  async getMany(keys: readonly string[]): Promise<(Entry | undefined)[]> {
    const waiting = keys.map((key) => this.#writes.get(key)?.entry);
    const missing = keys.filter((_, at) => !waiting[at]);
    const found = await this.#entries.read(missing, (key, meta) => this.#isGone(key, meta));
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
    return this.#entries.remove(keys, (some) => this.#owed.addKeys(some));
  }

  async invalidate(filter: EntryFilter): Promise<string[]> {
    if (!(await this.#entries.canList())) await this.clear();
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
    if (!(await this.#entries.clear(this.#now()))) this.#owed.add({});
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
    const isWhole = await this.#entries.each((key, meta) => {
      if (!this.#isGone(key, meta) && matches(key, meta)) found.push({ key, meta });
    });
    return isWhole ? found : null;
  }

  /** Whether an entry has expired, or counts as removed. */
  #isGone(key: string, meta: EntryMeta): boolean {
    return isExpired(meta, this.#now()) || this.#owed.covers(key, meta);
  }

  #payOwed(): Promise<void> {
    return this.#owed.pay(async () => {
      const gone: string[] = [];
      const isWhole = await this.#entries.each((key, meta) => {
        if (this.#owed.covers(key, meta)) gone.push(key);
      });
      let isDone = isWhole;
      const failed = () => {
        isDone = false;
      };
      if (isWhole) await this.#entries.remove(gone, failed);
      return isDone;
    });
  }
}
