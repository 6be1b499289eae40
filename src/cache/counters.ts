import { apart } from '../base/program.ts';
import type { TierName } from './tier.ts';

/** Sums by group and name. */
export type Counts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Where sums are kept that several processes add to. */
export interface CountStore {
  /** False when they could not be added; they are offered again later. */
  addCounts(counts: Counts): Promise<boolean>;
  /** `addCounts` for a process that is about to end. */
  addCountsNow(counts: Counts): boolean;
  counts(): Promise<Counts | undefined>;
}

const flushEvery = 1000;

/** Counts look-ups in memory, and hands the sums on at most once a second. */
export class Counters {
  readonly #store: CountStore | undefined;
  #pending: Record<string, Record<string, number>> = {};
  #own: Record<string, Record<string, number>> = {};
  #timer: NodeJS.Timeout | null = null;
  #flushing: Promise<void> = Promise.resolve();

  constructor(store?: CountStore) {
    this.#store = store;
  }

  /** Counts one look-up: a miss in each tier that was asked in vain, a hit where it was found, a loss of what was kept. */
  count(
    tiers: readonly { readonly name: TierName }[],
    found: { readonly tier: TierName; readonly meta: { readonly savedMs: number } } | undefined,
    wasKept = false,
  ): void {
    for (const { name } of tiers) {
      if (name === found?.tier) break;
      this.#add(name, 'misses', 1);
    }
    if (found) this.#add(found.tier, 'hits', 1);
    this.#add('all', found ? 'hits' : 'misses', 1);
    if (found) this.#add('all', 'savedMs', found.meta.savedMs);
    else if (wasKept) this.#add('all', 'lost', 1);
    this.#schedule();
  }

  /** Adds sums that were counted elsewhere. */
  addAll(counts: Counts): void {
    this.#pending = merge(this.#pending, counts);
    this.#own = merge(this.#own, counts);
    this.#schedule();
  }

  /** The sums of all processes, with what this one has not handed on yet. */
  async sums(): Promise<Counts> {
    await this.#flushing;
    const shared = await this.#store?.counts();
    return merge(shared ?? {}, this.#pending);
  }

  /** What was counted here since the beginning. */
  ownSums(): Counts {
    return this.#own;
  }

  /** Hands the sums on now. */
  flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#flushing = this.#flushing.then(() => this.#handOn());
    return this.#flushing;
  }

  /** `flush` for a process that is about to end. */
  flushNow(): void {
    if (!this.#store || Object.keys(this.#pending).length === 0) return;
    if (this.#store.addCountsNow(this.#pending)) this.#pending = {};
  }

  async close(): Promise<void> {
    await this.flush();
  }

  #schedule(): void {
    this.#timer ??= apart(() => setTimeout(() => void this.flush(), flushEvery).unref());
  }

  async #handOn(): Promise<void> {
    const counts = this.#pending;
    if (!this.#store || Object.keys(counts).length === 0) return;
    this.#pending = {};
    if (!(await this.#store.addCounts(counts))) this.#pending = merge(counts, this.#pending);
  }

  #add(group: string, name: string, amount: number): void {
    addTo(this.#pending, group, name, amount);
    addTo(this.#own, group, name, amount);
  }
}

function addTo(counts: Record<string, Record<string, number>>, group: string, name: string, amount: number): void {
  counts[group] ??= {};
  counts[group][name] = (counts[group][name] ?? 0) + amount;
}

function merge(a: Counts, b: Counts): Record<string, Record<string, number>> {
  const sum: Record<string, Record<string, number>> = {};
  for (const group of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const into: Record<string, number> = { ...a[group] };
    for (const [name, value] of Object.entries(b[group] ?? {})) into[name] = (into[name] ?? 0) + value;
    sum[group] = into;
  }
  return sum;
}
