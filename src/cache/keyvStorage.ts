import { EventEmitter } from 'node:events';
import type { KeyvStorageAdapter, KeyvStorageEntry } from 'keyv';
import { silentLog } from '../base/log.ts';
import { makeCacheFolder } from '../base/program.ts';
import { cacheDefaults } from './cacheDirectory.ts';
import { DiskTier } from './diskTier.ts';
import { userSeal } from './seal.ts';
import type { Entry } from './tier.ts';

/**
 * Where a storage adapter keeps what Keyv gives it, and how much.
 * @example
 * diskStorage({ directory: '.cache', maxBytes: 500e6 });
 */
export interface DiskStorageOptions {
  readonly directory: string;
  /** How many bytes all values together may take; 2 GB unless given. */
  readonly maxBytes?: number;
}

/**
 * Memoir's disk as a storage adapter for Keyv: values of any plain data, limited in size, shared by processes. Failures of the
 * disk are misses. Without `serialization: false` Keyv makes JSON of all values first, so that a Map comes back as `{}`.
 * @example
 * const keyv = new Keyv({ store: diskStorage({ directory: '.cache' }), serialization: false });
 */
export function diskStorage({
  directory,
  maxBytes = cacheDefaults.diskMaxBytes,
}: DiskStorageOptions): KeyvStorageAdapter {
  const prepare = () => makeCacheFolder(directory);
  const tier = new DiskTier({ directory, maxBytes, seal: userSeal(), log: silentLog, prepare });
  return new DiskStorage(tier) as unknown as KeyvStorageAdapter; // whose events have types of their own
}

class DiskStorage extends EventEmitter {
  /** What tells Keyv that expiry is given as a time. */
  readonly capabilities = { expires: true };
  namespace: string | undefined;
  readonly #tier: DiskTier;

  constructor(tier: DiskTier) {
    super();
    this.#tier = tier;
  }

  async get(key: string): Promise<unknown> {
    return (await this.#tier.get(this.#name(key)))?.value;
  }

  async getMany(keys: readonly string[]): Promise<unknown[]> {
    return (await this.#tier.getMany(keys.map((key) => this.#name(key)))).map((entry) => entry?.value);
  }

  async has(key: string): Promise<boolean> {
    return (await this.#tier.get(this.#name(key))) !== undefined;
  }

  hasMany(keys: readonly string[]): Promise<boolean[]> {
    return Promise.all(keys.map((key) => this.has(key)));
  }

  async set(key: string, value: unknown, expires?: number): Promise<boolean> {
    await this.#tier.set(this.#name(key), entryOf(value, expires));
    return true;
  }

  setMany(entries: readonly KeyvStorageEntry<unknown>[]): Promise<boolean[]> {
    return Promise.all(entries.map(({ key, value, expires }) => this.set(key, value, expires)));
  }

  delete(key: string): Promise<boolean> {
    return this.#tier.delete(this.#name(key));
  }

  deleteMany(keys: readonly string[]): Promise<boolean[]> {
    return Promise.all(keys.map((key) => this.delete(key)));
  }

  clear(): Promise<void> {
    return this.#tier.clear(this.#name(''));
  }

  async *iterator(): AsyncGenerator<[string, unknown], void> {
    for (const { key } of await this.#tier.list({ prefix: this.#name('') })) {
      const entry = await this.#tier.get(key);
      if (entry) yield [key.slice(this.#name('').length), entry.value];
    }
  }

  disconnect(): Promise<void> {
    return this.#tier.close();
  }

  #name(key: string): string {
    return `keyv/${encodeURIComponent(this.namespace ?? '')}/${key}`;
  }
}

function entryOf(value: unknown, expires: number | undefined): Entry {
  const now = Date.now();
  const times = { createdAt: now, lastUsed: now, expiresAt: expires ?? null };
  return { value, meta: { bytes: 0, tags: [], savedMs: 0, ...times } };
}
