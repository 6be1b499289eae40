import { addNews, addSums, type CallFigures, type CallNews, newCalls } from './calls.ts';
import { Tally } from './tally.ts';

/** What kind of series a tally is of. */
export type Kind = 'operation' | 'counter' | 'gauge' | 'histogram';

/** How many series, and how many cached functions, are kept at most: the longest unused go first. */
export const seriesKept = 1000;

/** Measurements of one stretch of time: tallies by kind and name, and what cached functions did. */
export class Ledger {
  readonly #tallies: Record<Kind, Map<string, Tally>> = {
    operation: new Map(),
    counter: new Map(),
    gauge: new Map(),
    histogram: new Map(),
  };
  readonly #news = new Map<string, CallNews>();
  readonly #forgotten = new Set<string>();

  /** The tally of a series, made where there is none. */
  tally(kind: Kind, name: string): Tally {
    const known = this.#tallies[kind].get(name);
    if (known) return known;
    if (this.#tallies[kind].size >= seriesKept) dropOldest(this.#tallies[kind], ({ lastAt }) => lastAt);
    const tally = new Tally();
    this.#tallies[kind].set(name, tally);
    return tally;
  }

  /** Series of a kind, by name. */
  tallies(kind: Kind): ReadonlyMap<string, Tally> {
    return this.#tallies[kind];
  }

  get news(): readonly CallNews[] {
    return [...this.#news.values()];
  }

  /** Operations that were to be forgotten. */
  get forgotten(): ReadonlySet<string> {
    return this.#forgotten;
  }

  get isEmpty(): boolean {
    const sizes = kinds.map((kind) => this.#tallies[kind].size);
    return Math.max(...sizes, this.#news.size, this.#forgotten.size) === 0;
  }

  addNews(news: CallNews): void {
    const known = this.#news.get(news.name);
    if (!known && this.#news.size >= seriesKept) return;
    this.#news.set(news.name, known ? { ...news, sums: addSums(known.sums, news.sums) } : news);
  }

  /** What was measured of an operation before no longer counts. */
  forget(operation: string): void {
    this.#tallies.operation.delete(operation);
    this.#forgotten.add(operation);
  }

  /** The same in parts of so many series each, to be taken in this order. */
  split(size: number): Ledger[] {
    const parts: Ledger[] = [];
    const start = () => {
      const part = new Ledger();
      parts.push(part);
      return part;
    };
    const first = start();
    for (const name of this.#forgotten) first.forget(name);
    for (const news of this.#news.values()) first.addNews(news);
    let [part, room] = [first, size];
    for (const kind of kinds) {
      for (const [name, tally] of this.#tallies[kind]) {
        if (room === 0) [part, room] = [start(), size];
        part.#tallies[kind].set(name, tally);
        room -= 1;
      }
    }
    return parts;
  }

  /** Takes over what happened after. */
  merge(later: Ledger): void {
    for (const name of later.#forgotten) this.forget(name);
    for (const kind of kinds) {
      for (const [name, tally] of later.#tallies[kind]) this.tally(kind, name).merge(tally);
    }
    for (const news of later.#news.values()) this.addNews(news);
  }
}

export const kinds: readonly Kind[] = ['operation', 'counter', 'gauge', 'histogram'];

/** Functions with `news` of one process added. */
export function callsWith(
  known: readonly CallFigures[],
  news: readonly CallNews[],
  process: string,
  now: number,
): CallFigures[] {
  const calls = new Map(known.map((figures) => [figures.name, figures]));
  for (const item of news) {
    calls.set(item.name, addNews(calls.get(item.name) ?? newCalls(item.name, process, now), item, process, now));
  }
  return [...calls.values()];
}

/** Makes room for a while: dropping one at a time would mean looking for it each time. */
function dropOldest<T>(map: Map<string, T>, age: (item: T) => number): void {
  const oldest = [...map].sort(([, a], [, b]) => age(a) - age(b)).slice(0, Math.ceil(seriesKept / 10));
  for (const [name] of oldest) map.delete(name);
}
