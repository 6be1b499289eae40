import { matcherOf } from './pattern.ts';
import type { EntryFilter, EntryMeta } from './tier.ts';

type Matcher = (key: string, meta: Pick<EntryMeta, 'tags'>) => boolean;

interface Removal {
  readonly matches: Matcher;
  readonly at: number;
}

const most = { keys: 100_000, filters: 1000 }; // remembered one by one; beyond it all that is older counts as removed

/** What could not be removed from a tier that failed: it counts as removed until it can be. */
export class Owed {
  readonly #now: () => number;
  readonly #keys = new Map<string, number>();
  #filters: readonly Removal[] = [];
  #paying: Promise<void> | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  get isEmpty(): boolean {
    return this.#keys.size === 0 && this.#filters.length === 0;
  }

  /** What is there now and is meant is to be removed. */
  add(filter: EntryFilter): void {
    if (this.#filters.length >= most.filters) this.#addAll();
    else this.#filters = [...this.#filters, { matches: matcherOf(filter), at: this.#now() }];
  }

  addKeys(keys: readonly string[]): void {
    if (this.#keys.size + keys.length > most.keys) this.#addAll();
    else for (const key of keys) this.#keys.set(key, this.#now());
  }

  /** Whether an entry counts as removed. */
  covers(key: string, meta: Pick<EntryMeta, 'tags' | 'createdAt'>): boolean {
    const at = this.#keys.get(key);
    if (at !== undefined && meta.createdAt <= at) return true;
    return this.#filters.some(({ matches, at }) => meta.createdAt <= at && matches(key, meta));
  }

  /** Has `remove` remove what is covered, unless there is nothing or it does so already; what it gives true for is no longer owed. */
  pay(remove: () => Promise<boolean>): Promise<void> {
    if (this.isEmpty) return Promise.resolve();
    this.#paying ??= this.#payWith(remove).finally(() => {
      this.#paying = null;
    });
    return this.#paying;
  }

  async #payWith(remove: () => Promise<boolean>): Promise<void> {
    const [keys, filters] = [[...this.#keys], this.#filters];
    if (!(await remove())) return;
    for (const [key, at] of keys) if (this.#keys.get(key) === at) this.#keys.delete(key);
    this.#filters = this.#filters.filter((one) => !filters.includes(one));
  }

  #addAll(): void {
    this.#keys.clear();
    this.#filters = [{ matches: () => true, at: this.#now() }];
  }
}
