import { parse, type Spec as VegaSpec, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { chart, vegaLite } from '../../src/kernel/chart.ts';
import type { ChartOptions } from '../../src/kernel/chartSpec.ts';
import { toOutput } from '../../src/kernel/display.ts';
import { type ChartMeta, MIME } from '../../src/protocol/output.ts';

type Spec = Record<string, never> & {
  readonly data: { readonly values: readonly Record<string, unknown>[] };
  readonly encoding: Record<string, Record<string, unknown>>;
  readonly usermeta: { readonly memoir: ChartMeta };
};

const flights = [
  { origin: 'ATL', flights: 30, mean_delay: 12.5, day: '2024-03-01', at: new Date('2024-03-01T10:30:00Z') },
  { origin: 'ORD', flights: 20, mean_delay: 22.5, day: '2024-03-02', at: new Date('2024-03-02T10:30:00Z') },
];

async function specOf(value: unknown): Promise<Spec> {
  const output = await toOutput(value);
  const item = output?.items.find(({ mime }) => mime === MIME.vegaLite);
  return JSON.parse(JSON.stringify(item?.data));
}

describe('chart', () => {
  test('the short form becomes Vega-Lite with types taken from the data', async () => {
    const spec = await specOf(
      chart(flights, { mark: 'bar', x: 'flights', y: { field: 'origin', sort: '-x' }, color: 'mean_delay' }),
    );
    expect(spec).toMatchObject({
      $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
      mark: { type: 'bar', tooltip: true },
      width: 'container',
      height: { step: 22 },
      encoding: {
        x: { field: 'flights', type: 'quantitative' },
        y: { field: 'origin', type: 'nominal', sort: '-x' },
        color: { field: 'mean_delay', type: 'quantitative' },
      },
    });
    expect(spec.data.values[0]).toEqual({ origin: 'ATL', flights: 30, mean_delay: 12.5 });
  });

  test.each([
    ['mean(flights)', { aggregate: 'mean', field: 'flights', type: 'quantitative' }],
    ['count()', { aggregate: 'count', type: 'quantitative', axis: { tickMinStep: 1 } }],
    ['bin(flights)', { bin: true, field: 'flights', type: 'quantitative' }],
    ['flights:O', { field: 'flights', type: 'ordinal' }],
    ['at', { field: 'at', type: 'temporal' }],
    ['day', { field: 'day', type: 'temporal', scale: { type: 'utc' } }],
    ['yearmonth(day)', { timeUnit: 'utcyearmonth', field: 'day', type: 'temporal' }],
    ['max(at)', { aggregate: 'max', field: 'at', type: 'temporal' }],
  ])('%s is read as Vega-Lite means it', async (x, expected) => {
    expect((await specOf(chart(flights, { mark: 'point', x, y: 'origin' }))).encoding.x).toEqual(expected);
  });

  test('a column may be called as it likes', async () => {
    const spec = await specOf(chart([{ 'price.usd': 1, 'a:Q': 'b' }], { mark: 'bar', x: 'price.usd', y: 'a:Q' }));
    expect(spec.encoding).toMatchObject({ x: { field: 'price\\.usd' }, y: { field: 'a:Q', type: 'nominal' } });
    expect(spec.data.values).toEqual([{ 'price.usd': 1, 'a:Q': 'b' }]);
  });

  test('data survives JSON: dates as ISO text, NaN as null, bigints as numbers', async () => {
    const rows = [
      { x: Number.NaN, y: 3n, t: new Date(0) },
      { x: Number.POSITIVE_INFINITY, y: 4n, t: new Date(Number.NaN) },
    ];
    const spec = await specOf(chart(rows, { mark: 'point', x: 'x', y: 'y', color: 't' }));
    expect(spec.data.values).toEqual([
      { x: null, y: 3, t: '1970-01-01T00:00:00.000Z' },
      { x: null, y: 4, t: null },
    ]);
    expect(spec.encoding.y?.type).toBe('quantitative');
  });

  test('the compiled Vega is carried without a second copy of the data', async () => {
    const { usermeta } = await specOf(chart(flights, { mark: 'bar', x: 'flights', y: 'origin' }));
    expect(usermeta.memoir.data).toEqual({ memoir_data_0: ['data', 'values'] });
    expect(JSON.stringify(usermeta.memoir.vega)).not.toContain('ATL');
    expect(usermeta.memoir.vega.data).toContainEqual(expect.objectContaining({ name: 'memoir_data_0' }));
  });

  test('a misspelt column, option or mark is an error at the call that names the nearest', () => {
    expect(() => chart(flights, { mark: 'bar', x: 'flihgts', y: 'origin' })).toThrow(
      new UserError('The chart names the column "flihgts", which the data does not have. Did you mean "flights"?'),
    );
    expect(() => chart(flights, { mark: 'bar', x: 'mean(zzz)', y: 'origin' })).toThrow('"zzz"');
    expect(() => chart(flights, { colour: 'origin', x: 'flights' } as never)).toThrow('Did you mean "color"?');
    expect(() => chart(flights, { mark: 'bars' as never, x: 'flights' })).toThrow('Did you mean "bar"?');
  });

  test('a lazy table is read when the chart is drawn, and a wrong column is the cell’s error', async () => {
    const table = { [Symbol.for('memoir.table')]: true, rows: async () => flights };
    expect((await specOf(chart(table, { mark: 'bar', x: 'flights', y: 'origin' }))).data.values).toHaveLength(2);
    await expect(toOutput(chart(table, { mark: 'bar', x: 'fligths' }))).rejects.toThrow('Did you mean "flights"?');
  });

  test('no rows are an empty chart, of the columns that a table has', async () => {
    expect((await specOf(chart([], { mark: 'bar', x: 'flights' }))).data.values).toEqual([]);
    const schema = async () => [{ name: 'flights', type: 'BIGINT' }];
    const table = { [Symbol.for('memoir.table')]: true, rows: async () => [], schema };
    expect((await specOf(chart(table, { mark: 'bar', x: 'flights' }))).encoding.x?.type).toBe('quantitative');
    await expect(toOutput(chart(table, { mark: 'bar', x: 'fligths' }))).rejects.toThrow('Did you mean "flights"?');
  });

  test('a full specification keeps its shape and gets the types it leaves out', async () => {
    const spec = await specOf(
      chart(flights, { layer: [{ mark: 'bar', encoding: { x: { field: 'flights' }, y: { field: 'origin' } } }] }),
    );
    expect(spec).toMatchObject({ layer: [{ encoding: { x: { type: 'quantitative' }, y: { type: 'nominal' } } }] });
  });

  test('columns made by a transform are not missed', () => {
    expect(() =>
      chart(flights, { transform: [{ calculate: 'datum.flights * 2', as: 'double' }], x: 'double', y: 'origin' }),
    ).not.toThrow();
  });

  test('the text beside a chart says what it shows', async () => {
    const output = await toOutput(chart(flights, { mark: 'bar', title: 'Delays', x: 'flights', y: 'origin' }));
    expect(output?.items.at(-1)).toEqual({ mime: MIME.text, data: 'Bar chart: Delays – flights, origin (2 rows)' });
  });
});

describe('vegaLite', () => {
  test('every data set is found again where it stands', async () => {
    const layer = (values: unknown[]) => ({
      data: { values },
      mark: 'point',
      encoding: { x: { field: 'a', type: 'quantitative' } },
    });
    const spec = await specOf(
      vegaLite({ layer: [layer([{ a: 1 }]), layer([{ a: 2 }])], datasets: { more: [{ a: 3 }] } }),
    );
    expect(spec.usermeta.memoir.data).toEqual({
      memoir_data_0: ['layer', 0, 'data', 'values'],
      memoir_data_1: ['layer', 1, 'data', 'values'],
      more: ['datasets', 'more'],
    });
  });

  test('data from the network is refused in words', async () => {
    const spec = { data: { url: 'https://example.org/x.csv' }, mark: 'point', encoding: {} };
    await expect(toOutput(vegaLite(spec))).rejects.toThrow('Read it with load(…)');
  });

  test('what Vega-Lite does not understand is told in words', async () => {
    await expect(toOutput(vegaLite({ data: { values: [] } }))).rejects.toThrow(
      'Vega-Lite does not understand this chart',
    );
  });
});

describe('the compiled chart', () => {
  test.each<[string, ChartOptions]>([
    ['rect', { mark: 'bar', x: 'flights', y: 'origin' }],
    ['symbol', { mark: 'point', x: 'flights', y: 'mean_delay', color: 'origin' }],
    ['line', { mark: 'line', x: 'day', y: 'flights' }],
    ['arc', { mark: 'arc', theta: 'flights', color: 'origin' }],
    ['rect', { mark: 'rect', x: 'yearmonth(day)', y: 'origin', color: 'mean(flights)' }],
    ['text', { mark: 'text', x: 'flights', y: 'origin', text: 'origin' }],
    ['rect', { mark: 'boxplot', x: 'origin', y: 'flights' }],
    ['rect', { mark: 'bar', x: 'bin(flights)', y: 'count()', row: 'origin' }],
  ])('draws %s marks by the interpreter, once its data is put in', async (kind, options) => {
    const spec = await specOf(chart(flights, options));
    const view = new View(parse(filled(spec), undefined, { ast: true }), { expr: expressionInterpreter });
    await view.runAsync();
    expect(marks((view.scenegraph() as unknown as { root: unknown }).root, kind)).toBeGreaterThan(0);
    view.finalize();
  });
});

/** The Vega that the renderer runs: the compiled one with the values of the Vega-Lite specification. */
function filled(spec: Spec): VegaSpec {
  const { vega, data } = spec.usermeta.memoir;
  const sets = (vega.data as { name: string }[]).map((set) => {
    const path = data[set.name];
    return path ? { ...set, values: path.reduce<never>((at, key) => at[key]!, spec as never) } : set;
  });
  return { ...vega, data: sets } as unknown as VegaSpec;
}

interface SceneNode {
  readonly marktype?: string;
  readonly role?: string;
  readonly items?: readonly SceneNode[];
}

function marks(node: unknown, kind: string): number {
  const { marktype, role, items = [] } = node as SceneNode;
  const own = marktype === kind && role === 'mark' ? items.length : 0;
  return own + items.reduce((sum, item) => sum + marks(item, kind), 0);
}
