import type { Place } from './tally.ts';

/** What a cached function did, in sums. */
export interface CallSums {
  readonly hits: number;
  readonly misses: number;
  /** Misses with arguments that this process had not met before. */
  readonly first: number;
  /** Misses with arguments whose value had been kept, and was dropped or had expired. */
  readonly lost: number;
  /** Values dropped to stay within a limit. */
  readonly evictions: number;
  /** Milliseconds spent on computing, those of them for what was lost, and those that hits saved. */
  readonly computeMs: number;
  readonly lostMs: number;
  readonly savedMs: number;
  readonly errors: number;
}

/** What a cached function did since this was last told. */
export interface CallNews {
  readonly name: string;
  readonly place: Place | null;
  readonly sums: CallSums;
}

/** Everything that is known of a cached function. */
export interface CallFigures extends CallNews {
  /** When it was first heard of; milliseconds since 1970. */
  readonly since: number;
  readonly lastAt: number;
  /** The process that used it first: there, arguments met for the first time are nobody's fault. */
  readonly firstProcess: string;
  /** The latest few hundred look-ups, without those that are nobody's fault. */
  readonly recent: { readonly hits: number; readonly misses: number };
}

const recentKept = 200;

/** A function of which nothing is known yet. */
export function newCalls(name: string, process: string, at: number): CallFigures {
  const sums = { hits: 0, misses: 0, first: 0, lost: 0, evictions: 0, computeMs: 0, lostMs: 0, savedMs: 0, errors: 0 };
  return { name, place: null, since: at, lastAt: at, firstProcess: process, sums, recent: { hits: 0, misses: 0 } };
}

/** What is known of a function once `news` of a process are added. */
export function addNews(calls: CallFigures, news: CallNews, process: string, at: number): CallFigures {
  const forgiven = process === calls.firstProcess ? news.sums.first : 0;
  const hits = calls.recent.hits + news.sums.hits;
  const misses = calls.recent.misses + news.sums.misses - forgiven;
  const share = Math.min(1, recentKept / Math.max(1, hits + misses)); // what is long ago counts ever less
  return {
    ...calls,
    place: news.place ?? calls.place,
    lastAt: at,
    sums: addSums(calls.sums, news.sums),
    recent: { hits: hits * share, misses: misses * share },
  };
}

/** The sums of two stretches of time. */
export function addSums(a: CallSums, b: CallSums): CallSums {
  const sum = (name: keyof CallSums) => a[name] + b[name];
  return {
    hits: sum('hits'),
    misses: sum('misses'),
    first: sum('first'),
    lost: sum('lost'),
    evictions: sum('evictions'),
    computeMs: sum('computeMs'),
    lostMs: sum('lostMs'),
    savedMs: sum('savedMs'),
    errors: sum('errors'),
  };
}
