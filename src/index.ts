import { subscribe } from 'node:diagnostics_channel';
import { onProgramEnd } from './base/program.ts';
import { flushCalls } from './cache/programCache.ts';
import type { StepNews } from './data/stepRun.ts';
import { data } from './kernel/data.ts';
import type { CallNews } from './monitor/calls.ts';
import { notePool, noteQuery } from './monitor/database.ts';
import { monitor } from './monitor/program.ts';
import type { PoolNews, QueryNews } from './protocol/database.ts';

export { UserError } from './base/errors.ts';
export type { Cache } from './cache/cache.ts';
export type { CachedFunction, PersistentFunction } from './cache/cached.ts';
export { type CachedFetchOptions, cachedFetch } from './cache/cachedFetch.ts';
export type { CacheEntry } from './cache/cacheEntry.ts';
export type { CacheExplanation } from './cache/cacheExplanation.ts';
export type { CacheStats } from './cache/cacheStats.ts';
export type { CachedStats, CallExplanation } from './cache/callExplanation.ts';
export type { CachedOptions } from './cache/callOptions.ts';
export type { ComputeEntryOptions, Duration, EntryOptions } from './cache/entryOptions.ts';
export type { Invalidation } from './cache/invalidation.ts';
export { type DiskStorageOptions, diskStorage } from './cache/keyvStorage.ts';
export { type CacheOptions, openCache } from './cache/openCache.ts';
export { cached } from './cache/programCache.ts';
export { type RecordedStreamOptions, recordedStream } from './cache/recordedStream.ts';
export { batch } from './data/batch.ts';
export type { LoadOptions, Source } from './data/load.ts';
export { LoadAllError, type LoadAllOptions, type LoadProgress, type LoadRequest } from './data/loadAll.ts';
export type { PostgresDatabase } from './data/postgres.ts';
export type { DatabaseConnectionOptions } from './data/postgresPool.ts';
export type { Table } from './data/table.ts';
export { chart, vegaLite } from './kernel/chart.ts';
export { display } from './kernel/display.ts';
export { code, json, mermaid } from './kernel/displayCode.ts';
export { image } from './kernel/displayImage.ts';
export { accordion, callout, columns, sidebar, tabs } from './kernel/displayLayout.ts';
export { html, md } from './kernel/displayMarkup.ts';
export { audio, download, video } from './kernel/displayMedia.ts';
export { stat } from './kernel/displayStat.ts';
export { tableView } from './kernel/displayTable.ts';
export { live } from './kernel/live.ts';
export { progress } from './kernel/progress.ts';
export { refresh } from './kernel/refresh.ts';
export { selection } from './kernel/selection.ts';
export { toast } from './kernel/toast.ts';
export { form } from './kernel/widgetForm.ts';
export { widget } from './kernel/widgetModule.ts';
export { button, checkbox, color, number, range, slider, toggle } from './kernel/widgets.ts';
export { multiselect, radio, select } from './kernel/widgetsChoice.ts';
export { date, dateRange } from './kernel/widgetsDate.ts';
export { file } from './kernel/widgetsFile.ts';
export { text, textarea } from './kernel/widgetsText.ts';
export { monitor } from './monitor/program.ts';
export { compareProfiles } from './profile/compare.ts';
export { type ProfileArguments, type ProfileOptions, profile } from './profile/program.ts';
export type { ConnectionStatistics } from './protocol/database.ts';
export type { ProfileComparison, ProfileResult } from './protocol/profileResult.ts';

/**
 * Opens files, addresses, rows or columns as a lazy table: CSV, TSV, JSON, NDJSON, Parquet, Arrow, Excel and SQLite, packed
 * ones too, several at once. Columns are checked now, rows are read when they are asked for.
 * @throws UserError for a file, column, sheet or table that is not there, naming the nearest that is.
 * @example
 * const flights = await load('data/flights.csv', { columns: ['origin', 'delay'], where: { delay: { min: 15 } } });
 */
export const load = data.load;
/**
 * A PostgreSQL database as a source of tables. It is only read; connections are opened when they are needed.
 * @throws UserError for an address of another kind; `table` and `sql` where the server is away, silent or refuses.
 * @example
 * const shop = database(process.env.SHOP_URL, { pool: 4 });
 * const orders = await shop.table('orders', { where: { year: { min: 2020 } }, columns: ['customer', 'total'] });
 * const best = await shop.sql`SELECT customer, sum(total) AS total FROM orders WHERE total > ${100} GROUP BY 1`;
 */
export const database = data.database;
/**
 * Loads several datasets at once, each tried again where it fails for a reason that may pass.
 * @throws LoadAllError where some fail all the same: it names them and carries the tables of the others.
 * @example
 * const { orders, rates } = await loadAll(
 *   { orders: 'data/orders.parquet', rates: { source: 'https://example.org/rates.csv', ttl: '1h' } },
 *   { timeout: '30s', onProgress: ({ name, state, overall }) => console.log(name, state, overall.fraction) },
 * );
 */
export const loadAll = data.loadAll;
/**
 * A query as a lazy table: values are bound as parameters, tables take part as relations.
 * @example
 * const worst = await sql`SELECT origin, avg(delay) AS delay FROM ${flights} WHERE delay > ${late} GROUP BY origin`;
 */
export const sql = data.sql;
/**
 * Runs named steps, each on what the one before gave, and gives the result of the last. A step runs again only when its
 * code, its input or a file that it reads is not what it was; each is timed, tried again and replaced as you say.
 * @throws UserError that names the step which failed.
 * @example
 * const monthly = await pipeline('sales', [
 *   ['load', () => load('sales.csv')],
 *   ['clean', (sales) => sales.where({ amount: { min: 0 } })],
 *   ['monthly', (sales) => sales.groupBy('month').aggregate({ total: 'sum(amount)' })],
 * ], { retries: 2 });
 */
export const pipeline = data.pipeline;
/**
 * Works out groups in advance. From then on `groupBy(…).aggregate(…)` of the same table is answered from them wherever
 * they can: for these columns or some of them, also after `where` on them.
 * @throws UserError for an aggregate that cannot be put together from smaller groups, such as a median.
 * @example
 * await precompute(flights, [['origin', 'month']], { flights: 'count', late: 'mean(delay)' });
 */
export const precompute = data.precompute;
/**
 * A function whose calls are measured: how often, how long, how many failed.
 * @example
 * const parse = timed(parseFile, 'parse');
 */
export const timed = monitor.timed;
/**
 * A number that only grows.
 * @example
 * counter('files').add(1);
 */
export const counter = monitor.counter;
/**
 * A number that goes up and down.
 * @example
 * gauge('waiting').set(queue.length);
 */
export const gauge = monitor.gauge;
/**
 * How values are spread: their quantiles, in bounded memory.
 * @example
 * histogram('bytes').record(body.length);
 */
export const histogram = monitor.histogram;

subscribe('memoir:data.query', (news) => noteQuery(monitor, news as QueryNews)); // published by src/data
subscribe('memoir:data.pool', (news) => notePool(monitor, news as PoolNews));
subscribe('memoir:data.step', (news) => {
  const { pipeline: name, step, ms, savedMs, error } = news as StepNews; // published by src/data
  const operation = `${name}: ${step}`;
  if (savedMs === null)
    monitor.operation(operation, { ms, ok: error === null, ...(error && { error }), tags: ['pipeline'] });
  else monitor.recover(operation, savedMs);
});
subscribe('memoir:cache.calls', (news) => monitor.addCalls(news as readonly CallNews[])); // published by src/cache
onProgramEnd(() => {
  flushCalls(); // tells the monitor
  monitor.flushNow();
});
