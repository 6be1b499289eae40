import type { PoolNews, QueryNews } from '../protocol/database.ts';
import type { Counter, Gauge, Histogram } from './metric.ts';

/** What the databases of programs did: queries on tables, whoever ran them. Times are milliseconds. */
export interface DatabaseFigures {
  /** Queries altogether, and those that were answered without working them out, or failed. */
  readonly queries: number;
  readonly hits: number;
  readonly hitRate: number;
  readonly errors: number;
  /** Queries under way when this was last told. */
  readonly running: number;
  /** Of those that were worked out. */
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly maxMs: number;
  readonly totalMs: number;
  /** The slowest, the slowest first. */
  readonly slowest: readonly { readonly sql: string; readonly maxMs: number; readonly count: number }[];
  /** Connections to databases elsewhere, as they were last told of. */
  readonly pools: readonly PoolNews[];
}

/** Where queries are noted: the monitor, as far as that is needed. */
interface Sink {
  counter(name: string): Counter;
  gauge(name: string): Gauge;
  histogram(name: string): Histogram;
  operation(name: string, run: { readonly ms: number; readonly tags: readonly string[] }): void;
}

/** What is known of operations and metrics, as far as it matters here. */
interface Value {
  readonly name: string;
}
interface Numbered extends Value {
  readonly value: number;
}
interface Operation extends Value {
  readonly tags: readonly string[];
  readonly maxMs: number;
  readonly count: number;
}
interface Distribution extends Value {
  readonly count: number;
  readonly sum: number;
  readonly max: number;
  readonly median: number;
  readonly p95: number;
}

const HITS = 'database.hits';
const ERRORS = 'database.errors';
const RUNNING = 'database.running';
const TIMES = 'database.ms';
const TAG = 'database';
const POOL = 'database.pool.';
const NO_POOL = { open: 0, idle: 0, waiting: 0, queries: 0, errors: 0, slowestMs: 0 };
/** Queries that take less are counted, and not listed by their text. */
const LISTED_FROM_MS = 100;
const SLOWEST = 5;

/** Notes a query in the monitor. */
export function noteQuery(monitor: Sink, { answered, ms, sql, running }: QueryNews): void {
  monitor.gauge(RUNNING).set(running);
  if (answered === 'failed') monitor.counter(ERRORS).add(1);
  else if (answered === 'memory' || answered === 'kept' || answered === 'shared') monitor.counter(HITS).add(1);
  else if (answered === 'computed') {
    monitor.histogram(TIMES).record(ms);
    if (ms >= LISTED_FROM_MS) monitor.operation(short(sql), { ms, tags: [TAG] });
  }
}

/** Notes in the monitor what a pool of connections does. */
export function notePool(monitor: Pick<Sink, 'gauge'>, { where, ...numbers }: PoolNews): void {
  for (const [what, value] of Object.entries(numbers)) monitor.gauge(`${POOL}${what} ${where}`).set(value);
}

/** Whether an operation is a query, which is told of among those of the database. */
export function isQuery({ tags }: { readonly tags: readonly string[] }): boolean {
  return tags.includes(TAG);
}

/** Whether a metric is one of the database, which is told of there. */
export function isOfDatabase({ name }: Value): boolean {
  return name.startsWith(`${TAG}.`);
}

/** What the monitor knows of queries and connections; null where there were none. */
export function databaseFigures(figures: {
  readonly operations: readonly Operation[];
  readonly counters: readonly Numbered[];
  readonly gauges: readonly Numbered[];
  readonly histograms: readonly Distribution[];
}): DatabaseFigures | null {
  const valueIn = (list: readonly Numbered[], name: string) => list.find((one) => one.name === name)?.value ?? 0;
  const times = figures.histograms.find(({ name }) => name === TIMES);
  const [hits, errors] = [valueIn(figures.counters, HITS), valueIn(figures.counters, ERRORS)];
  const queries = hits + errors + (times?.count ?? 0);
  const pools = poolsIn(figures.gauges);
  if (queries === 0 && pools.length === 0) return null;
  const slowest = figures.operations.filter(isQuery).sort((a, b) => b.maxMs - a.maxMs);
  return {
    queries,
    hits,
    hitRate: queries && hits / queries,
    errors,
    running: valueIn(figures.gauges, RUNNING),
    medianMs: times?.median ?? 0,
    p95Ms: times?.p95 ?? 0,
    maxMs: times?.max ?? 0,
    totalMs: times?.sum ?? 0,
    slowest: slowest.slice(0, SLOWEST).map(({ name, maxMs, count }) => ({ sql: name, maxMs, count })),
    pools,
  };
}

function poolsIn(gauges: readonly Numbered[]): readonly PoolNews[] {
  const pools = new Map<string, PoolNews>();
  for (const { name, value } of gauges) {
    if (!name.startsWith(POOL)) continue;
    const [what = '', where = ''] = name.slice(POOL.length).split(' ');
    pools.set(where, { where, ...NO_POOL, ...pools.get(where), [what]: value });
  }
  return [...pools.values()];
}

function short(sql: string): string {
  return sql.length > 100 ? `${sql.slice(0, 99)}…` : sql;
}
