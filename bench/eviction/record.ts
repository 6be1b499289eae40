// Records what notebooks ask of the cache: those of `examples` and of `notebooks` are opened, edited, put back, their widgets
// moved, closed and opened again, with the engine as it is. `node esbuild.mjs && node bench/eviction/record.ts` writes `recorded.trace`.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { silentLog } from '../../src/base/log.ts';
import { mulberry32 } from '../../src/base/random.ts';
import { openStore } from '../../src/cache/cacheDirectory.ts';
import { encode } from '../../src/cache/codec.ts';
import { Seal } from '../../src/cache/seal.ts';
import { openSession } from '../../src/kernel/openSession.ts';
import { readDocument } from '../../src/notebook/document.ts';
import { programCell } from '../../src/notebook/documentCells.ts';
import type { RecordStore } from '../../src/notebook/records.ts';
import type { Session } from '../../src/notebook/session.ts';
import type { CellId } from '../../src/protocol/kernel.ts';
import type { Recorded } from './traces.ts';

/** What a reader does with a notebook: places in the text with what stands there by turns, and where widgets stand. */
interface Play {
  readonly notebook: string;
  readonly edits: readonly (readonly string[])[];
  readonly widgets: Readonly<Record<string, readonly unknown[]>>;
}

const plays: readonly Play[] = [
  {
    notebook: 'birdstrikes.memoir.ts',
    edits: [
      ['LIMIT 12`', 'LIMIT 20`', 'LIMIT 8`', 'LIMIT 30`'],
      ['height: 240', 'height: 300', 'height: 180'],
      ['GROUP BY month(date), month\n', "AND size <> 'Small' GROUP BY month(date), month\n"],
    ],
    widgets: { since: Array.from({ length: 13 }, (_, year) => 1990 + year) },
  },
  {
    notebook: 'rides.memoir.ts',
    edits: [
      ['ORDER BY rides DESC LIMIT 12', 'ORDER BY rides DESC LIMIT 20', 'ORDER BY minutes DESC LIMIT 12'],
      ["mark: 'point', x: { field: 'degrees'", "mark: 'line', x: { field: 'degrees'"],
      ["[['from', 'hour'], ['date']]", "[['from', 'hour'], ['date'], ['from']]"],
    ],
    widgets: { station: ['everywhere', 'Harbour', 'Old Town', 'Castle', 'Market', 'University', 'Park', 'Museum'] },
  },
  {
    notebook: 'gallery.memoir.ts',
    edits: [
      ['Strikes', 'Strikes in all', 'Reports'].map((what) => `stat('${what}', 1204`),
      ['graph LR;', 'graph TD;'],
      ['length: 24 }', 'length: 36 }', 'length: 12 }'],
    ],
    widgets: {
      year: [2012, 1990, 2000, 2025],
      seats: [180, 90, 300],
      airport: ['OSL', 'BGO', 'TRD'],
      region: ['all', 'East', 'West'],
      onlyLate: [true, false],
      logScale: [false, true],
    },
  },
  {
    notebook: 'checkout.memoir.ts',
    edits: [
      ['const days = 60', 'const days = 120', 'const days = 30', 'const days = 240'],
      ['30 + 120 * chance()', '20 + 140 * chance()', '45 + 90 * chance()'],
      ['nth % 7', 'nth % 3', 'nth % 20'],
      ['[0.5, 0.9, 0.99]', '[0.25, 0.9, 0.999]'],
    ],
    widgets: { perHour: [60, 20, 40, 80, 100, 120], tills: [2, 1, 3, 4, 5, 6] },
  },
  {
    notebook: 'weather.memoir.ts',
    edits: [
      ['const draws = 400', 'const draws = 800', 'const draws = 2000'],
      ['at < 3000; at++', 'at < 6000; at++'],
      ['day % 3 === 0', 'day % 10 === 0', 'day % 1 === 0'],
      ['- 9 * Math.cos', '- 11 * Math.cos', '- 7 * Math.cos'],
    ],
    widgets: { city: ['Bergen', 'Oslo', 'Tromsø', 'Trondheim'], window: [31, 1, 11, 21, 41, 51, 61] },
  },
];
const sittings = 60; // a notebook is opened, worked with for a while, and closed
const random = mulberry32(7);
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

const trace: Recorded = { keys: [], accesses: [] };
const numbers = new Map<string, number>();

const repository = resolve(import.meta.dirname, '../..');
const workspace = mkdtempSync(join(tmpdir(), 'memoir-bench-'));
for (const from of ['examples', 'bench/eviction/notebooks'])
  cpSync(join(repository, from), workspace, { recursive: true });
const directory = join(workspace, '.memoir');
const store = openStore({ directory, seal: new Seal(Buffer.alloc(32)), log: silentLog });
const watched: RecordStore = {
  get: (key) => {
    if (numbers.has(key)) trace.accesses.push(numbers.get(key)!);
    return store.records.get(key);
  },
  peek: (key) => store.records.peek(key),
  set: async (key, value, options) => {
    if (!numbers.has(key) && options.tags.at(-1) === 'result') {
      numbers.set(key, trace.keys.push([options.savedMs, encode(value).bytes.length]) - 1);
      trace.accesses.push(numbers.get(key)!); // the look-up that missed
    }
    await store.records.set(key, value, options);
  },
};
const stands = new Map(plays.map((play) => [play, { text: textOf(play), widgets: new Map<string, unknown>() }]));
for (let sitting = 0; sitting < sittings; sitting += 1) {
  await sit(sitting < plays.length ? plays[sitting]! : pick(plays));
  const keys = trace.keys.map(([ms, bytes]) => [Number(ms.toPrecision(3)), bytes]);
  writeFileSync(join(import.meta.dirname, 'recorded.trace'), `${JSON.stringify({ ...trace, keys })}\n`);
  console.error(`${sitting + 1} of ${sittings}: ${trace.accesses.length} look-ups of ${trace.keys.length} keys`);
}
await store.close();
rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });

async function sit(play: Play): Promise<void> {
  const stand = stands.get(play)!;
  const session = open(play, stand.widgets);
  session.update(cellsOf(stand.text));
  await session.look();
  await session.runStale();
  const before = [stand.text];
  for (let step = 0, steps = 10 + random() * 30; step < steps; step += 1) {
    const chance = random();
    if (chance < 0.5) await move(session, play);
    else if (chance < 0.8) {
      stand.text = edited(play, stand.text);
      before.push(stand.text);
      await session.run(session.update(cellsOf(stand.text)));
    } else {
      stand.text = pick(before.slice(-4)); // undone
      await session.run(session.update(cellsOf(stand.text)));
    }
    await session.runStale();
  }
  session.dispose();
}

/** A slider goes to its neighbour, most of the time, and some way further; other widgets anywhere. */
async function move(session: Session, { widgets }: Play): Promise<void> {
  const [name, places] = pick(Object.entries(widgets));
  for (let at = Math.floor(random() * places.length), moves = 1 + random() * 4; moves > 0; moves -= 1) {
    await session.moveWidget(name, places[at]);
    at = (at + 1) % places.length;
  }
}

function edited({ edits }: Play, text: string): string {
  const places = pick(edits);
  const stands = places.find((place) => text.includes(place));
  if (stands === undefined) throw new Error(`The notebook has none of ${places.join(', ')}.`);
  return text.replace(stands, () => pick(places));
}

function textOf({ notebook }: Play): string {
  return readFileSync(join(workspace, notebook), 'utf8');
}

function open({ notebook }: Play, widgets: Map<string, unknown>): Session {
  return openSession({
    notebook: join(workspace, notebook),
    workspace,
    store: watched,
    cacheDirectory: directory,
    dist: join(repository, 'dist'),
    memoirVersion: '0.0.0',
    widgets,
    autoRun: () => 'auto',
    nodePath: null,
    maxMemoryMB: 4096,
    log: silentLog,
  }).session;
}

function cellsOf(source: string) {
  return readDocument(Buffer.from(source)).cells.flatMap(
    (cell, index) => programCell(cell, `c${index}` as CellId, index) ?? [], // ids of this session only
  );
}
