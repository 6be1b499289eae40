import { compileChart } from '../../../src/kernel/chartCompile.ts';
import type { ProfileView, RunTimesChart } from '../../../src/protocol/panel.ts';
import type {
  CodeOrigin,
  FlameFrame,
  FlameModel,
  FunctionCost,
  LineCost,
  Timing,
} from '../../../src/protocol/profileResult.ts';

const ROOT = '/home/reader/shop';
const REPORT = `${ROOT}/src/report.ts`;
const PRICES = `${ROOT}/src/prices.ts`;
const PARSE = `${ROOT}/node_modules/csv-parse/lib/index.js`;
const PER_TICK = 0.25 / 180;

/** A call tree written by hand: what a function is, its own samples, and what it calls. */
export interface Stack {
  readonly name: string;
  readonly self?: number;
  readonly at?: readonly [file: string, line: number];
  readonly origin?: CodeOrigin;
  readonly calls?: readonly Stack[];
}

/** The columns of a call tree. */
export function flameOf(root: Stack): FlameModel {
  const frames: FlameFrame[] = [];
  const rows: { parent: number; frame: number; self: number; total: number }[] = [];
  const add = (stack: Stack, parent: number): number => {
    const [file, line] = stack.at ?? [null, null];
    let frame = frames.findIndex((it) => it.name === stack.name && it.file === file);
    if (frame < 0) frame = frames.push({ name: stack.name, file, line, origin: stack.origin ?? 'own' }) - 1;
    const row = { parent, frame, self: stack.self ?? 0, total: stack.self ?? 0 };
    const index = rows.push(row) - 1;
    for (const callee of stack.calls ?? []) row.total += add(callee, index);
    return row.total;
  };
  add(root, -1);
  return {
    frames,
    parent: Int32Array.from(rows, (row) => row.parent),
    frame: Int32Array.from(rows, (row) => row.frame),
    selfTicks: Float64Array.from(rows, (row) => row.self),
    totalTicks: Float64Array.from(rows, (row) => row.total),
  };
}

const STACKS: Stack = {
  name: 'monthlyReport',
  self: 210,
  at: [REPORT, 12],
  calls: [
    {
      name: 'priceOf',
      self: 2900,
      at: [PRICES, 4],
      calls: [
        { name: 'roundTo', self: 620, at: [PRICES, 31] },
        { name: 'convert', self: 540, at: [PRICES, 22], calls: [{ name: 'get', self: 160, origin: 'native' }] },
        { name: '(garbage collector)', self: 120, origin: 'gc' },
      ],
    },
    {
      name: 'readRows',
      self: 140,
      at: [REPORT, 40],
      calls: [
        {
          name: 'parse',
          self: 700,
          at: [PARSE, 208],
          origin: 'package',
          calls: [
            { name: 'nextField', self: 520, at: [PARSE, 311], origin: 'package' },
            { name: 'decode', self: 90, origin: 'node', at: ['node:string_decoder', 80] },
          ],
        },
        { name: 'readFileSync', self: 160, at: ['node:fs', 430], origin: 'node' },
      ],
    },
    {
      name: 'groupByMonth',
      self: 330,
      at: [REPORT, 55],
      calls: [
        { name: 'monthOf', self: 280, at: [REPORT, 71], calls: [{ name: 'toISOString', self: 190, origin: 'native' }] },
        ...Array.from({ length: 60 }, (_, i) => ({ name: `bucket${i}`, self: 1, at: [REPORT, 100 + i] as const })),
      ],
    },
    { name: 'sort', self: 60, origin: 'native', calls: [{ name: 'byTotal', self: 130, at: [REPORT, 82] }] },
  ],
};

const SOURCE: ProfileView['source'] = {
  [REPORT]: {
    14: '  const rows = readRows(path);',
    58: '    const bucket = (months[monthOf(row.at)] ??= []);',
    72: '  return at.toISOString().slice(0, 7);',
    83: '  return b.total - a.total || a.name.localeCompare(b.name);',
  },
  [PRICES]: {
    7: '  for (const rule of rules.filter((it) => it.from <= row.at)) price = rule.apply(price);',
    9: '  const rate = rates.get(`${row.currency}:${row.at.getFullYear()}`) ?? 1;',
    23: '  return amount * (rates.get(currency) ?? missing(currency));',
    33: '  return Math.round(value * 10 ** digits) / 10 ** digits;',
  },
  [PARSE]: { 233: '        const quoted = this.__isQuote(buf, pos, chr);' },
};

const TIMING: Timing = {
  runs: 212,
  batch: 1,
  medianMs: 12.41,
  meanMs: 12.78,
  p95Ms: 15.2,
  ci95: [12.29, 12.58],
  mad: 0.42,
  samples: sampleTimes(),
};

/** A profile as it comes out when all went well. */
export async function sampleView(): Promise<ProfileView> {
  const flame = flameOf(STACKS);
  const ticks = flame.totalTicks[0]!;
  return {
    result: {
      target: {
        file: REPORT,
        name: 'monthlyReport',
        line: 12,
        endLine: 38,
        args: '"data/orders.csv", {currency: "EUR"}',
      },
      outcome: 'measured',
      error: null,
      timing: TIMING,
      cpu: { ticks, intervalUs: 250, calls: 180, lines: lines(ticks), functions: functions(ticks) },
      touched: ['files written'],
      waiting: null,
      memory: null,
      gc: null,
      eventLoop: null,
      leak: null,
      counts: null,
      overheadMs: 84,
      sources: {},
      notes: ['It writes files, so each call wrote them again; you allowed it.'],
    },
    at: '2026-11-21T13:04:00Z',
    commit: '3f2a1c9',
    overhead: 0.14,
    paths: {
      [REPORT]: 'src/report.ts',
      [PRICES]: 'src/prices.ts',
      [PARSE]: 'csv-parse/lib/index.js',
    },
    source: SOURCE,
    runTimes: await runTimes(TIMING),
    flame,
    allocation: null,
    comparison: null,
  };
}

/** Vega-Lite of run times: how often which time came, the median and its interval. */
async function runTimes({ samples, medianMs, ci95 }: Timing): Promise<RunTimesChart> {
  const [lo, hi] = ci95!;
  const spec = {
    description: `Histogram of the times of ${samples.length} calls; half of them took less than ${medianMs} ms.`,
    width: 'container',
    height: 84,
    datasets: { times: samples.map((ms) => ({ ms })), median: [{ median: medianMs, lo, hi }] },
    layer: [
      {
        data: { name: 'times' },
        mark: { type: 'bar', binSpacing: 1 },
        encoding: {
          x: { field: 'ms', type: 'quantitative', bin: { maxbins: 48 }, title: 'Time of a call (ms)' },
          y: { aggregate: 'count', type: 'quantitative', title: 'Calls', axis: { tickCount: 3 } },
          tooltip: [
            { field: 'ms', bin: { maxbins: 48 }, type: 'quantitative', title: 'ms' },
            { aggregate: 'count', type: 'quantitative', title: 'Calls' },
          ],
        },
      },
      {
        data: { name: 'median' },
        mark: { type: 'rect', opacity: 0.25, color: { expr: 'memoirText' } },
        encoding: { x: { field: 'lo', type: 'quantitative' }, x2: { field: 'hi' } },
      },
      {
        data: { name: 'median' },
        mark: { type: 'rule', strokeWidth: 1.5 },
        encoding: { x: { field: 'median', type: 'quantitative' } },
      },
    ],
  };
  return { ...spec, usermeta: { memoir: await compileChart(spec) } };
}

function sampleTimes(): number[] {
  return Array.from({ length: 212 }, (_, i) => {
    const spread = Math.sin(i * 12.9898) * 0.7 + Math.cos(i * 78.233) * 0.6;
    return Number((12.2 + spread * 0.7 + (i % 17 === 0 ? 2.6 : 0) + ((i * 31) % 7) * 0.09).toFixed(3));
  });
}

function lines(all: number): LineCost[] {
  const line = (file: string, at: number, self: number, total = self, origin: CodeOrigin = 'own'): LineCost => ({
    file,
    line: at,
    ...cost(self, total, all),
    origin,
  });
  return [
    line(PRICES, 7, 2290),
    line(PRICES, 33, 620),
    line(PRICES, 9, 610, 1310),
    line(PARSE, 233, 560, 690, 'package'),
    line(PRICES, 23, 540, 700),
    line(REPORT, 58, 330, 800),
    line(REPORT, 72, 280, 470),
    line(REPORT, 14, 140, 1610),
    line(REPORT, 83, 130),
    line(REPORT, 20, 40, 60),
  ];
}

function functions(all: number): FunctionCost[] {
  const made = (
    name: string,
    at: Stack['at'] | null,
    self: number,
    total = self,
    origin: CodeOrigin = 'own',
  ): FunctionCost => ({
    name,
    file: at?.[0] ?? null,
    line: at?.[1] ?? null,
    ...cost(self, total, all),
    totalPercent: (100 * total) / all,
    origin,
  });
  return [
    made('priceOf', [PRICES, 4], 2900, 4340),
    made('parse', [PARSE, 208], 700, 1310, 'package'),
    made('roundTo', [PRICES, 31], 620),
    made('convert', [PRICES, 22], 540, 700),
    made('groupByMonth', [REPORT, 55], 330, 860),
    made('monthOf', [REPORT, 71], 280, 470),
    made('monthlyReport', [REPORT, 12], 210, all),
    made('toISOString', null, 190, 190, 'native'),
    made('(garbage collector)', null, 120, 120, 'gc'),
  ];
}

function cost(self: number, total: number, all: number) {
  const share = self / all;
  return {
    ticks: self,
    selfMs: self * PER_TICK,
    totalMs: total * PER_TICK,
    percent: 100 * share,
    plusMinus: 196 * Math.sqrt((share * (1 - share)) / all),
  };
}
