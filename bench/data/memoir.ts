// One task of Memoir's in a process of its own, through the library as it is shipped: `memoir.ts <task> <folder> <rows>`.
// Prints what it took, in milliseconds, and the most memory it had.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { time } from '../report.ts';

const dist = process.env.MEMOIR_TEST_DIST ?? resolve(import.meta.dirname, '../../dist');
const memoir = (await import(pathToFileURL(join(dist, 'index.js')).href)) as typeof import('../../src/index.ts');
const { batch, load, pipeline, precompute, sql } = memoir;
const [task = '', folder = '', rows = '0'] = process.argv.slice(2);
const file = (name: string) => join(folder, name);

interface Sale {
  readonly id: number;
  readonly region: string;
  readonly sector: string;
  readonly year: number;
  readonly amount: number;
  readonly day: Date;
}

const sales = (name = 'sales.csv') => load<Sale>(file(name));
const byRegion = { total: 'sum(amount)', n: 'count' } as const;
const steps = {
  load: () => load<Sale>(file('sales.csv')),
  clean: (all: Awaited<ReturnType<typeof sales>>) => all.where({ amount: { min: 10 } }),
  total: (all: Awaited<ReturnType<typeof sales>>) =>
    all.groupBy('region', 'year').aggregate({ total: 'sum(amount)' }).rows(),
};

const tasks: Record<string, () => Promise<Record<string, number | readonly number[]>>> = {
  /** Makes the files that all tasks of all programs read. */
  async files() {
    const made =
      await sql`SELECT range AS id, ['North', 'South', 'East', 'West'][1 + (hash(range) % 4)::INTEGER] AS region,
      'sector ' || (hash(range + 1) % 50) AS sector, 2015 + (hash(range + 2) % 10)::INTEGER AS year,
      (hash(range + 3) % 1000000) / 100 AS amount, DATE '2015-01-01' + (hash(range + 4) % 3650)::INTEGER AS day
      FROM range(${Number(rows)})`;
    if (!existsSync(file('sales.parquet'))) await made.write(file('sales.parquet'));
    if (!existsSync(file('sales.csv'))) await made.write(file('sales.csv'));
    if (!existsSync(file('million.parquet'))) await made.limit(1_000_000).write(file('million.parquet'));
    return {};
  },
  async huge() {
    if (existsSync(file('huge.parquet'))) return {};
    const made =
      await sql`SELECT range AS id, (hash(range) % 1000)::SMALLINT AS place, (hash(range + 1) % 100000)::INTEGER AS amount,
      (hash(range + 2) % 10000000) / 100.0 AS price FROM range(100000000)`;
    await made.write(file('huge.parquet'));
    return {};
  },
  async 'CSV to first aggregate'() {
    await sql`SELECT 1 AS one`; // the others open their database before they are timed, too
    return { ms: await time(async () => (await sales()).groupBy('region').aggregate(byRegion).rows()) };
  },
  async 'a query again'() {
    const ask = async () => (await sales()).groupBy('sector').aggregate(byRegion).rows();
    return { first: await time(ask), again: await time(ask) };
  },
  async 'a pipeline again'() {
    const run = () => pipeline('bench', steps);
    return { first: await time(run), again: await time(run) };
  },
  async 'a pipeline in a new process'() {
    return { ms: await time(() => pipeline('bench', steps)) };
  },
  async 'group-by in memory'() {
    const small = await (await sales('sales.parquet')).optimize();
    const ask = (least: number) =>
      time(() =>
        small
          .where({ amount: { min: least / 1_000 } })
          .groupBy('region')
          .aggregate(byRegion)
          .rows(),
      );
    return { times: await series(10, ask) };
  },
  async 'group-by through a cube'() {
    const all = await sales('sales.parquet');
    await precompute(all, [['region', 'year', 'sector']], byRegion);
    const ask = (turn: number) =>
      time(() =>
        all
          .where({ sector: { not: `sector ${turn}` } })
          .groupBy('region', 'year')
          .aggregate(byRegion)
          .rows(),
      );
    await ask(49); // uploads the cube
    return { times: await series(20, ask) };
  },
  async 'a million rows × 6'() {
    const million = await sales('million.parquet');
    const some = (turn: number) => million.where({ id: { min: -1 - turn } }); // other queries, so that none is a hit
    await some(100).limit(1_000).columns();
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const columns = await series(5, (turn) => time(() => some(turn).columns()));
    delay.disable();
    const columnsBlockMs = delay.max / 1e6;
    delay.reset();
    delay.enable();
    const objects = await series(3, (turn) => time(() => some(turn + 10).rows()));
    delay.disable();
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const query = (turn: number) => `SELECT * FROM '${file('million.parquet')}' WHERE id >= ${-1 - turn}`;
    const client = await series(3, (turn) =>
      time(async () => (await connection.runAndReadAll(query(turn))).getRowObjectsJS()),
    );
    return { columns, objects, client, columnsBlockMs, objectsBlockMs: delay.max / 1e6 };
  },
  async 'a simple analysis'() {
    return {
      ms: await time(async () => {
        const all = await sales('sales.parquet');
        await all.where({ year: 2020 }).groupBy('region').aggregate(byRegion).sort('-total').rows();
      }),
    };
  },
  async 'a complex analysis'() {
    return {
      ms: await time(async () => {
        const all = await sales('sales.parquet');
        const yearly = all.groupBy('region', 'sector', 'year').aggregate({ total: 'sum(amount)', p95: 'p95(amount)' });
        const growth =
          await sql`SELECT *, total / lag(total) OVER (PARTITION BY region, sector ORDER BY year) - 1 AS growth FROM ${yearly}`;
        const best = growth.where('growth IS NOT NULL').sort('-growth').limit(100);
        await all
          .join(best, { on: ['region', 'sector', 'year'] })
          .groupBy('region')
          .aggregate({ n: 'count', mean: 'mean(growth)' })
          .rows();
      }),
    };
  },
  async '10,000 records in batches'() {
    const records = Array.from({ length: 10_000 }, (_, id) => ({ id }));
    const work = (some: readonly { readonly id: number }[]) => some.reduce((sum, { id }) => sum + Math.sqrt(id), 0);
    await batch(records, work, { size: 10 });
    return {
      times: await series(10, () => time(() => batch(records, work, { size: 10 }))),
      plain: await series(10, () => time(() => records.map((record) => work([record])))),
    };
  },
  async '100 M rows aggregated'() {
    const huge = await load<{ place: number; amount: number; price: number }>(file('huge.parquet'));
    return {
      ms: await time(() =>
        huge.groupBy('place').aggregate({ n: 'count', sum: 'sum(amount)', mean: 'mean(price)' }).rows(),
      ),
    };
  },
};

const found = await tasks[task]!();
console.log(JSON.stringify({ ...found, peakMB: process.resourceUsage().maxRSS / 1_000 }));
process.exit(); // what is kept for later is not waited for

async function series(count: number, work: (turn: number) => Promise<number>): Promise<number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < count; turn++) times.push(await work(turn));
  return times;
}
