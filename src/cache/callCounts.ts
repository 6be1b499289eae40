import { channel } from 'node:diagnostics_channel';
import { apart } from '../base/program.ts';
import type { Counts } from './counters.ts';

/** Sums of what one cached function did. Times are milliseconds. */
export interface CallSums {
  hits: number;
  misses: number;
  /** Misses with arguments that this process had not met before. */
  first: number;
  /** Misses of what had been kept: it was dropped for others or had expired. */
  lost: number;
  evictions: number;
  computeMs: number;
  /** Spent on computing what was lost. */
  lostMs: number;
  savedMs: number;
  errors: number;
  /** Calls whose arguments could not be keyed, or whose value could not be kept. */
  uncached: number;
}

/** Where a function became a cached one. */
export interface CallPlace {
  readonly file: string;
  readonly line: number;
  readonly function: string;
}

/** Something that was kept, and what its hits save. */
export interface Counted {
  readonly savedMs: number;
  hits: number;
  /** How many of them are in the sums. */
  hitsCounted: number;
}

const flushEvery = 1000;
const keysMet = 10_000;

/** Counts what one cached function does; the sums since last time are taken by `CallStatistics`. */
export class CallCounts {
  readonly name: string;
  readonly place: CallPlace | null;
  readonly #tier: string | null;
  readonly #changed: (counts: CallCounts) => void;
  readonly #met = new Set<string>();
  readonly #kept = new Set<string>();
  readonly #total: CallSums = zero();
  #used: Counted[] = [];
  #told: CallSums = zero();
  #isDirty = false;

  /** `tier` is where look-ups are counted too; null where somebody else counts them. */
  constructor(name: string, place: CallPlace | null, tier: string | null, changed: (counts: CallCounts) => void) {
    this.name = name;
    this.place = place;
    this.#tier = tier;
    this.#changed = changed;
  }

  /** The sums so far. */
  get total(): CallSums {
    this.#countUsed();
    return this.#total;
  }

  hit(savedMs: number): void {
    this.#total.hits += 1;
    this.#total.savedMs += savedMs;
    this.#touch();
  }

  /** Notes something that has hits to be counted: they are added up later, as that costs more than what else a hit does. */
  used(counted: Counted): void {
    this.#used.push(counted);
    this.#touch();
  }

  /** Notes a miss; gives whether the value had been kept before. */
  miss(key: string): boolean {
    const wasKept = this.#kept.delete(key);
    this.#total.misses += 1;
    if (wasKept) this.#total.lost += 1;
    if (!this.#met.has(key)) this.#total.first += 1;
    if (this.#met.size < keysMet) this.#met.add(key);
    this.#touch();
    return wasKept;
  }

  computed(ms: number, wasKept: boolean): void {
    this.#total.computeMs += ms;
    if (wasKept) this.#total.lostMs += ms;
    this.#touch();
  }

  kept(key: string): void {
    if (this.#kept.size < keysMet) this.#kept.add(key);
  }

  /** What was kept was taken away on request, which is no loss. */
  removed(key?: string): void {
    if (key === undefined) this.#kept.clear();
    else this.#kept.delete(key);
  }

  count(what: 'evictions' | 'errors' | 'uncached'): void {
    this.#total[what] += 1;
    this.#touch();
  }

  /** The sums since this was last asked, of the function and as the statistics of a cache. */
  take(): { readonly sums: CallSums; readonly counts: Counts } {
    const sums = difference(this.total, this.#told);
    this.#told = { ...this.#total };
    this.#isDirty = false;
    const { hits, misses, lost, savedMs } = sums;
    return { sums, counts: this.#tier ? { [this.#tier]: { hits, misses }, all: { hits, misses, lost, savedMs } } : {} };
  }

  #countUsed(): void {
    const used = this.#used;
    this.#used = [];
    for (const counted of used) {
      const hits = counted.hits - counted.hitsCounted;
      counted.hitsCounted = counted.hits;
      this.#total.hits += hits;
      this.#total.savedMs += hits * counted.savedMs;
    }
  }

  #touch(): void {
    if (this.#isDirty) return;
    this.#isDirty = true;
    this.#changed(this);
  }
}

/** Tells once a second what cached functions did: to the shared sums, and on the channel `memoir:cache.calls`. */
export class CallStatistics {
  readonly #add: (counts: Counts) => void;
  readonly #dirty = new Set<CallCounts>();
  readonly #channel = channel('memoir:cache.calls');
  #timer: NodeJS.Timeout | null = null;

  constructor(add: (counts: Counts) => void) {
    this.#add = add;
  }

  readonly changed = (counts: CallCounts): void => {
    this.#dirty.add(counts);
    this.#timer ??= apart(() => setTimeout(() => this.flush(), flushEvery).unref());
  };

  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const changed = [...this.#dirty];
    this.#dirty.clear();
    const news = changed.map((counts) => {
      const taken = counts.take();
      this.#add(taken.counts);
      return { name: counts.name, place: counts.place, sums: taken.sums };
    });
    if (news.length) this.#channel.publish(news);
  }
}

function zero(): CallSums {
  const none = { hits: 0, misses: 0, first: 0, lost: 0, evictions: 0 };
  return { ...none, computeMs: 0, lostMs: 0, savedMs: 0, errors: 0, uncached: 0 };
}

function difference(a: CallSums, b: CallSums): CallSums {
  const names = Object.keys(a) as (keyof CallSums)[]; // zero() has them all
  return Object.fromEntries(names.map((name) => [name, a[name] - b[name]])) as unknown as CallSums;
}
