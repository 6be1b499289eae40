import fc from 'fast-check';
import { parse, View } from 'vega';
import { afterAll, describe, expect, test } from 'vitest';
import { openData } from '../../src/data/openData.ts';
import { chart } from '../../src/kernel/chart.ts';
import type { ChartOptions } from '../../src/kernel/chartSpec.ts';
import { toOutput } from '../../src/kernel/display.ts';
import { MIME } from '../../src/protocol/output.ts';
import { type ChartSpec, vegaOf } from '../../webview/chartSpec.ts';

const data = openData();
afterAll(() => data.close());

const row = fc.record({
  place: fc.constantFrom('SEA', 'SFO', 'o’Hare', null),
  day: fc
    .date({ min: new Date('2019-12-25'), max: new Date('2021-02-01'), noInvalidDate: true })
    .map((date) => new Date(date.getTime() - (date.getTime() % 86_400_000))),
  delay: fc.option(fc.integer({ min: -30, max: 200 }), { nil: null }),
  'cost usd': fc.option(
    fc.integer({ min: 0, max: 4_000 }).map((n) => n / 4),
    { nil: null },
  ),
});
const key = fc.constantFrom(
  'place',
  'bin(delay)',
  'bin(cost usd)',
  'year(day)',
  'yearmonth(day)',
  'month(day)',
  'day(day)',
  'week(day)',
  'yearmonthdate(day)',
  'day',
  'delay:O',
);
const value = fc.constantFrom(
  'count()',
  'sum(delay)',
  'mean(delay)',
  'median(cost usd)',
  'min(delay)',
  'max(cost usd)',
  'min(day)',
  'average(delay)',
);
const options: fc.Arbitrary<ChartOptions> = fc.record(
  {
    mark: fc.constantFrom('bar' as const, 'line' as const, 'point' as const, 'rect' as const),
    x: key,
    y: value,
    color: fc.oneof(key, value),
    tooltip: fc.tuple(value, key),
  },
  { requiredKeys: ['mark', 'x', 'y'] },
);
/** Kinds are given, so that neither side has to guess. */
const types = { place: 'x', day: new Date('2020-01-15'), delay: 1, 'cost usd': 0.25 };

test('a chart of a table is the chart of its rows', async () => {
  let pushed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 40 }), options, async (some, { tooltip, ...rest }) => {
      const how = rest.mark === 'line' || !tooltip ? rest : { ...rest, tooltip }; // points of a line at one place have no order
      const rows = [types, ...some];
      const [ofRows, ofTable] = [await specOf(chart(rows, how)), await specOf(chart(await data.load(rows), how))];
      if (isOfGroups(ofTable)) pushed += 1;
      expect(await picture(ofTable)).toEqual(await picture(ofRows));
    }),
    { numRuns: 40 },
  );
  expect(pushed).toBeGreaterThan(30);
});

describe('a chart of many rows', () => {
  test('only its groups are sent', async () => {
    const table = await data.sql<{
      place: string;
      delay: number;
    }>`SELECT range % 7 AS place, range % 300 AS delay FROM range(1000000)`;
    const spec = await specOf(chart(table, { mark: 'bar', x: 'bin(delay)', y: 'count()', color: 'place:N' }));
    expect(valuesOf(spec)).toHaveLength(6 * 7);
    expect(valuesOf(spec).reduce((sum, { count }) => sum + Number(count), 0)).toBe(1_000_000);
  });

  test.each([
    ['marks of single rows', { mark: 'point', x: 'a', y: 'b' }],
    ['months of the reader’s own time zone', { mark: 'line', x: 'yearmonth(at)', y: 'mean(a)' }],
  ] as const)('says how to have %s', async (_, how) => {
    const table =
      await data.sql`SELECT range AS a, range AS b, TIMESTAMP '2024-01-01 10:00' + INTERVAL (range) MINUTE AS at FROM range(200001)`;
    await expect(toOutput(chart(table, how))).rejects.toThrow(
      'A chart of more than 200,000 rows would be too slow to read.',
    );
  });
});

async function specOf(value: unknown): Promise<ChartSpec> {
  const output = await toOutput(value);
  const text = JSON.stringify(output?.items.find(({ mime }) => mime === MIME.vegaLite)?.data);
  return JSON.parse(text) as ChartSpec; // as it is sent
}

/** What is worked out already carries the title that Vega-Lite would have given it. */
function isOfGroups(spec: ChartSpec): boolean {
  return 'title' in (spec as { encoding: { y: object } }).encoding.y;
}

function valuesOf(spec: ChartSpec): readonly Record<string, unknown>[] {
  return (spec as { data: { values: Record<string, unknown>[] } }).data.values;
}

/** Everything that is drawn, numbers to as many digits as anyone could see. */
async function picture(spec: ChartSpec): Promise<readonly string[]> {
  const view = new View(parse({ ...vegaOf(spec, {})!, width: 300 } as never), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return svg
    .replaceAll(/(gradient|clip)_?\d+/g, '$1')
    .replaceAll('<', '\n<')
    .replace(/-?\d+\.\d+(e-?\d+)?/g, (digits) => String(Number(Number(digits).toFixed(4)) + 0))
    .split('\n')
    .sort(); // groups have no order of their own
}
