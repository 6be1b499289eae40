// A group-by as one writes it in JavaScript without a database, in a process of its own: `javascript.ts <way> <folder>`.
// A million rows of the same data; Arquero does not get through ten.
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { peer } from '../cache/peers.ts';
import { time } from '../report.ts';

const [way = '', folder = ''] = process.argv.slice(2);
const dist = process.env.MEMOIR_TEST_DIST ?? resolve(import.meta.dirname, '../../dist');
const { load } = (await import(pathToFileURL(join(dist, 'index.js')).href)) as typeof import('../../src/index.ts');
const million = await load<{ region: string; amount: number }>(join(folder, 'million.parquet'), {
  columns: ['region', 'amount'],
});

/** What of Arquero is used here. */
interface Arquero {
  from(rows: readonly object[]): {
    params(values: object): {
      filter(test: string): { groupby(name: string): { rollup(values: object): { objects(): object[] } } };
    };
  };
  op: { sum(name: string): unknown; count(): unknown };
}

const ways: Record<string, () => Promise<(least: number) => unknown>> = {
  async memoir() {
    const small = await million.optimize();
    return (least) =>
      small
        .where({ amount: { min: least } })
        .groupBy('region')
        .aggregate({ total: 'sum(amount)', n: 'count' })
        .rows();
  },
  async 'plain objects'() {
    const rows = await million.rows();
    return (least) => {
      const groups = new Map<string, { total: number; n: number }>();
      for (const { region, amount } of rows.filter((row) => row.amount >= least)) {
        const group = groups.get(region) ?? { total: 0, n: 0 };
        groups.set(region, { total: group.total + amount, n: group.n + 1 });
      }
      return [...groups];
    };
  },
  async 'typed arrays'() {
    const { columns, rowCount } = await million.columns();
    const [regions, amounts] = columns;
    if (regions?.kind !== 'string' || amounts?.kind !== 'number') throw new Error('The columns have other types.');
    return (least) => {
      const [totals, counts] = [
        new Float64Array(regions.dictionary.length),
        new Uint32Array(regions.dictionary.length),
      ];
      for (let row = 0; row < rowCount; row++) {
        const amount = Number(amounts.values[row]);
        if (amount < least) continue;
        totals[regions.codes[row]!]! += amount;
        counts[regions.codes[row]!]! += 1;
      }
      return [totals, counts];
    };
  },
  async arquero() {
    const { from, op } = await peer<Arquero>('arquero');
    const table = from(await million.rows());
    return (least) =>
      table
        .params({ least })
        .filter('(d, $) => d.amount >= $.least')
        .groupby('region')
        .rollup({ total: op.sum('amount'), n: op.count() })
        .objects();
  },
};

const ask = await ways[way]!();
const times: number[] = [];
for (let turn = 0; turn < 10; turn++) times.push(await time(() => ask(turn / 1_000)));
console.log(JSON.stringify({ times, peakMB: process.resourceUsage().maxRSS / 1_000 }));
process.exit();
