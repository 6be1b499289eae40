import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { memoir, memoirJson } from '../support/memoir.ts';
import { TempFolder } from '../support/temp.ts';

interface RunReport {
  readonly cells: readonly {
    readonly index: number;
    readonly title: string;
    readonly status: string;
    readonly impure: readonly string[];
    readonly reason: { readonly text: string; readonly component: string | null } | null;
    readonly outputs: readonly { readonly mime: string; readonly data: unknown }[];
    readonly console: readonly { readonly stream: string; readonly text: string }[];
    readonly error: {
      readonly name: string;
      readonly message: string;
      readonly cell: number;
      readonly line: number | null;
      readonly stack: string;
    } | null;
  }[];
  readonly values: Readonly<
    Record<
      string,
      { readonly type: string; readonly digest: string | null; readonly preview: string; readonly value?: unknown }
    >
  >;
  readonly totals: {
    readonly cells: number;
    readonly computed: number;
    readonly hits: number;
    readonly errors: number;
    readonly savedMs: number;
  };
}

const SUMS = `// %% [markdown]
// # Sums

// %% Limit
import { slider } from 'memoir';
const limit = slider('Limit', { min: 1, max: 100, value: 10 });

// %% Sum
let sum = 0;
for (let i = 1; i <= limit; i++) sum += i;
console.log('summed', limit);
sum
`;

let folder: TempFolder;
beforeEach(() => {
  folder = new TempFolder();
  folder.write('sums.memoir.ts', SUMS);
});
afterEach(() => folder.dispose());

const run = (...args: string[]) => memoirJson<RunReport>(folder.path, ['run', 'sums.memoir.ts', ...args]);

describe('memoir run', () => {
  test('the second run, in another process, is all hits and shows the same', async () => {
    const first = await run();
    expect(first.totals).toMatchObject({ cells: 2, computed: 2, hits: 0, errors: 0 });
    const second = await run();
    expect(second.totals).toMatchObject({ cells: 2, computed: 0, hits: 2, errors: 0 });
    expect(second.cells.map(({ status }) => status)).toEqual(['disk', 'disk']);
    expect(second.cells.map(({ outputs }) => outputs)).toEqual(first.cells.map(({ outputs }) => outputs));
    expect(second.cells[1]!.console).toEqual([{ stream: 'stdout', text: 'summed 10\n' }]);
    expect(second.values).toEqual(first.values);
    expect(second.totals.savedMs).toBeGreaterThan(0);
  });

  test('--set moves a widget, and each position is remembered', async () => {
    expect((await run()).values.sum).toMatchObject({ type: 'number', preview: '55', value: 55 });
    expect((await run('--set', 'limit=4')).values.sum?.value).toBe(10);
    const back = await run();
    expect(back.totals).toMatchObject({ computed: 0, hits: 2 });
    expect(back.values.sum?.value).toBe(55);
  });

  test('--set outside of the limits, and of a name that no widget has, is an error that says so', async () => {
    const outside = await memoir(folder.path, ['run', 'sums.memoir.ts', '--set', 'limit=1000']);
    expect(outside.code).toBe(1);
    expect(outside.stdout).toContain('limit must be a number from 1 to 100; got 1000.');
    expect(JSON.parse((await memoir(folder.path, ['status', '--json'])).stdout).alerts).toEqual([]);
    const unknown = await memoir(folder.path, ['run', 'sums.memoir.ts', '--set', 'limt=4']);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('No widget is called limt. This notebook has limit.');
  });

  test('--no-cache computes everything and leaves nothing behind', async () => {
    expect((await run('--no-cache')).totals.computed).toBe(2);
    expect((await run()).totals.computed).toBe(2);
    expect((await run('--no-cache')).totals.computed).toBe(2);
  });

  test('--seed and --now fix randomness and the clock, so that such a run is pure', async () => {
    folder.write('sums.memoir.ts', '// %% Dice\nconst dice = [Math.random(), Date.now(), new Date().getTime()];\n');
    const free = await run();
    expect(free.cells[0]!.impure.toSorted()).toEqual(['clock', 'randomness']);
    const fixed = await run('--seed', '7', '--now', '2026-01-31T12:00:00Z');
    expect(fixed.cells[0]!.impure).toEqual([]);
    const again = await run('--seed', '7', '--now', '2026-01-31T12:00:00Z', '--no-cache');
    expect(again.values.dice?.value).toEqual(fixed.values.dice?.value);
    expect((fixed.values.dice!.value as number[])[1]).toBe(Date.UTC(2026, 0, 31, 12));
    expect((await run('--seed', '8')).values.dice?.value).not.toEqual(fixed.values.dice?.value);
  });

  test('a failing cell gives its line, exit code 1, and leaves its dependents waiting', async () => {
    folder.write(
      'sums.memoir.ts',
      '// %% Bad\nfunction f() {\n  throw new RangeError("no luck");\n}\nconst bad = f();\n\n// %% Below\nbad\n',
    );
    const { code, stdout } = await memoir(folder.path, ['run', 'sums.memoir.ts', '--json']);
    expect(code).toBe(1);
    const { cells } = JSON.parse(stdout) as RunReport;
    expect(cells[0]!.error).toMatchObject({ name: 'RangeError', message: 'no luck', cell: 0, line: 2 });
    expect(cells[0]!.error!.stack).toContain('Bad:2:9');
    expect(cells[1]!.status).toBe('waiting');
  });

  test('an edit is explained', async () => {
    await run();
    folder.write('sums.memoir.ts', SUMS.replace('value: 10', 'value: 20'));
    const { cells } = await run();
    expect(cells.map(({ reason }) => reason?.text)).toEqual(['line 2 of its code changed', '`limit` changed: 10 → 20']);
  });
});

describe('bad input', () => {
  test('a missing notebook, wrong options and an unknown command end with a sentence and their exit codes', async () => {
    const missing = await memoir(folder.path, ['run', 'nowhere.memoir.ts']);
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toMatch(/There is no notebook .*nowhere\.memoir\.ts\. Check the name, or create it\./);
    for (const args of [
      ['run'],
      ['run', 'sums.memoir.ts', '--frob'],
      ['run', 'a', 'b'],
      ['frob'],
      ['run', 'sums.memoir.ts', '--seed', 'x'],
    ]) {
      expect(await memoir(folder.path, args)).toMatchObject({ code: 2, stdout: '' });
    }
  });

  test('an empty file and one without code have nothing to run, which is no error', async () => {
    for (const text of ['', '\n\n', '// %% [markdown]\n// only words\n']) {
      folder.write('sums.memoir.ts', text);
      expect(await memoir(folder.path, ['run', 'sums.memoir.ts'])).toMatchObject({ code: 0 });
    }
  });

  test('broken TypeScript fails at its cell and leaves the others alone', async () => {
    folder.write('sums.memoir.ts', '// %% Broken\nconst x = ;\n\n// %% Fine\n1 + 1\n');
    const { cells } = await run();
    expect(cells[0]).toMatchObject({ status: 'error', error: { line: 1 } });
    expect(cells[1]!.status).toBe('computed');
  });

  test('a missing module and a missing package are named with the remedy', async () => {
    folder.write(
      'sums.memoir.ts',
      "// %% A\nimport { a } from 'not-there';\na\n\n// %% B\nimport { b } from './gone.ts';\nb\n",
    );
    const { cells } = await run();
    expect(cells[0]!.error?.message).toContain('npm install not-there');
    expect(cells[1]!.error?.message).toBe('There is no module "./gone.ts" beside the notebook. Check the path.');
  });

  test('wrong options of a cell are named, and the cell does not run', async () => {
    folder.write('sums.memoir.ts', '// %% A {"cache": "sometimes"}\n1\n');
    const { cells } = await run();
    expect(cells[0]!.error?.message).toContain('`cache` must be "auto", "off", "always"');
  });

  test('a notebook of 1 MB with 1,000 cells runs, and then comes from the cache', async () => {
    const filler = `// ${'x'.repeat(950)}`;
    const cells = Array.from(
      { length: 1000 },
      (_, i) => `// %% Cell ${i}\nconst v${i} = ${i ? `v${i - 1} + 1` : 1};\n${filler}\n`,
    );
    folder.write('sums.memoir.ts', cells.join(''));
    expect((await run()).values.v999?.value).toBe(1000);
    expect((await run()).totals).toMatchObject({ cells: 1000, hits: 1000 });
  }, 120_000);

  test('a damaged cache file is set aside with a sentence, and the notebook runs', async () => {
    await run();
    const file = readdirSync(join(folder.path, '.memoir')).find(
      (name) => name.startsWith('records-') && name.endsWith('.sqlite'),
    )!;
    writeFileSync(join(folder.path, '.memoir', file), Buffer.alloc(20_000, 'x'));
    for (const extra of ['-wal', '-shm']) writeFileSync(join(folder.path, '.memoir', file + extra), '');
    const { code, stderr, stdout } = await memoir(folder.path, ['run', 'sums.memoir.ts', '--json']);
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as RunReport).totals.computed).toBe(2);
    expect(stderr).toMatch(/damaged/);
    expect((await run()).totals.hits).toBe(2);
  });

  test('a folder that cannot be written computes without remembering, and says so', async () => {
    writeFileSync(join(folder.path, '.memoir'), 'a file where the folder should be'); // tests may run as root, whom modes do not stop
    const { code, stderr } = await memoir(folder.path, ['run', 'sums.memoir.ts']);
    expect(code).toBe(0);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect((await run()).totals.computed).toBe(2);
  });
});

describe('memoir plan, check and cache', () => {
  test('a plan says what would run and what would come from the cache, and runs nothing', async () => {
    type Plan = {
      cells: { would: string; reason: { text: string }; estimateMs: number | null }[];
      totals: { run: number; hits: number };
    };
    const plan = () => memoirJson<Plan>(folder.path, ['plan', 'sums.memoir.ts']);
    expect((await plan()).cells.map(({ would }) => would)).toEqual(['run', 'run']);
    await run();
    expect((await plan()).cells.map(({ would }) => would)).toEqual(['disk', 'disk']);
    folder.write('sums.memoir.ts', SUMS.replace('sum += i', 'sum += i * i'));
    const { cells, totals } = await plan();
    expect(cells.map(({ would }) => would)).toEqual(['disk', 'run']);
    expect(cells[1]!.reason.text).toMatch(/^line \d of its code changed$/);
    expect(totals).toMatchObject({ run: 1, hits: 1 });
  });

  test('check finds a duplicate, a cycle, an unknown name and a missing module in any order', async () => {
    folder.write(
      'sums.memoir.ts',
      "// %% A\nconst a = b + 1;\n\n// %% B\nconst b = a + 1;\n\n// %% C\nconst c = 1;\n\n// %% D\nconst c = nowhere;\n\n// %% E\nimport './gone.ts';\n",
    );
    type Check = { problems: { title: string; severity: string; message: string; line: number }[] };
    const { problems } = await memoirJson<Check>(folder.path, ['check', 'sums.memoir.ts']);
    const of = (title: string) =>
      problems
        .filter((problem) => problem.title === title)
        .map(({ message }) => message)
        .join(' ');
    expect(of('A')).toMatch(/circle|cycle/);
    expect(of('B')).toMatch(/circle|cycle/);
    expect(of('C')).toContain('`c` is declared in');
    expect(of('D')).toContain("Cannot find name 'nowhere'");
    expect(of('E')).toContain('./gone.ts');
    expect((await memoir(folder.path, ['check', 'sums.memoir.ts'])).code).toBe(1);
  });

  test('cache stats count what all processes did, and clear forgets it', async () => {
    type Stats = {
      hits: number;
      misses: number;
      hitRate: number;
      entries: number;
      bytes: number;
      savedMs: number;
      errors: number;
      tiers: { name: string }[];
    };
    await run();
    await run();
    const stats = await memoirJson<Stats>(folder.path, ['cache', 'stats']);
    expect(stats).toMatchObject({ hits: 2, misses: 2, hitRate: 0.5, errors: 0 });
    expect(stats.entries).toBeGreaterThanOrEqual(2);
    expect(stats.tiers.map(({ name }) => name)).toEqual(['memory', 'disk']);
    await memoir(folder.path, ['cache', 'clear']);
    expect((await memoirJson<Stats>(folder.path, ['cache', 'stats'])).entries).toBe(0);
    expect((await run()).totals.computed).toBe(2);
  });

  test('status knows the cells that ran and raises an alert for one that failed', async () => {
    folder.write('sums.memoir.ts', `${SUMS}\n// %% Bad\nthrow new Error('no luck');\n`);
    await run();
    type Status = { operations: { name: string; count: number }[]; alerts: { rule: string; what: string }[] };
    const { operations, alerts } = await memoirJson<Status>(folder.path, ['status']);
    expect(operations.find(({ name }) => name === 'sums.memoir.ts › Sum')).toMatchObject({ count: 1 });
    expect(alerts.map(({ rule }) => rule)).toEqual(['failed-operation']);
  });

  test('the sample runs on its real data and draws charts', async () => {
    const examples = resolve(import.meta.dirname, '../../examples');
    for (const file of ['birdstrikes.memoir.ts', 'words.ts', 'data/birdstrikes.csv']) {
      mkdirSync(join(folder.path, 'data'), { recursive: true });
      copyFileSync(join(examples, file), join(folder.path, file));
    }
    const { totals, cells } = await memoirJson<RunReport>(folder.path, ['run', 'birdstrikes.memoir.ts']);
    expect(totals.errors).toBe(0);
    const charts = cells.flatMap(({ outputs }) =>
      outputs.filter(({ mime }) => mime === 'application/vnd.vegalite.v6+json'),
    );
    expect(charts.length).toBe(2);
  });
});
