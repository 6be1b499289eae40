import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { memoir, memoirJson } from '../support/memoir.ts';
import { TempFolder } from '../support/temp.ts';

const dist = process.env.MEMOIR_TEST_DIST ?? resolve(import.meta.dirname, '../../dist');

let folder: TempFolder;
beforeEach(() => {
  folder = new TempFolder();
});
afterEach(() => folder.dispose());

interface Report {
  readonly cells: readonly {
    readonly title: string;
    readonly status: string;
    readonly outputs: readonly { readonly mime: string; readonly data: unknown }[];
  }[];
  readonly totals: { readonly cells: number; readonly computed: number };
}

describe('memoir watch', () => {
  const PAGE = `// %% Read
import { readFileSync } from 'node:fs';
const text = readFileSync('data.txt', 'utf8');

// %% Helped
import { twice } from './helper.ts';
twice(text)

// %% Other
1 + 1
`;

  test('tells what a change of a file, of a module and of the notebook makes of it', async () => {
    folder.write('page.memoir.ts', PAGE);
    folder.write('data.txt', 'a');
    folder.write('helper.ts', 'export const twice = (text: string) => text + text;\n');
    const child = spawn(process.execPath, [join(dist, 'cli.js'), 'watch', 'page.memoir.ts', '--json'], {
      cwd: folder.path,
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = once(child, 'exit');
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async () => {
      const { cells } = JSON.parse(String((await lines.next()).value)) as Report;
      const textOf = (outputs: Report['cells'][number]['outputs']) =>
        outputs.find(({ mime }) => mime === 'text/plain')?.data;
      return cells.map(({ title, status, outputs }) => `${title} ${status} ${textOf(outputs) ?? ''}`.trim());
    };
    expect(await next()).toEqual(['Read computed', "Helped computed 'aa'", 'Other computed 2']);
    folder.write('data.txt', 'b');
    expect(await next()).toEqual(['Read computed', "Helped computed 'bb'"]);
    folder.write('helper.ts', 'export const twice = (text: string) => text + text + 1;\n');
    expect(await next()).toEqual(["Helped computed 'bb1'"]);
    folder.write('page.memoir.ts', `// %% New\ntext.length\n\n${PAGE.replace('1 + 1', '2 + 2')}`);
    expect(await next()).toEqual(['New computed 1', 'Other computed 4']);
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
  });
});

describe('memoir test', () => {
  const PAGE = `// %% Double
const double = (n: number) => 2 * n;

// %% doubles
import assert from 'node:assert/strict';
assert.equal(double(2), 4);

// %% is sure of more than that
import { deepEqual } from 'node:assert/strict';
deepEqual([double(2)], [5]);

// %% comes later {"disabled": true}
import { ok } from 'node:assert';
ok(false);
`;
  interface Tests {
    readonly tests: readonly {
      readonly title: string;
      readonly status: string;
      readonly error: { message: string } | null;
    }[];
    readonly totals: Readonly<Record<'tests' | 'passed' | 'failed' | 'skipped', number>>;
  }

  test('reports the cells that assert as tests, and fails when one does', async () => {
    folder.write('page.memoir.ts', PAGE);
    const { tests, totals } = await memoirJson<Tests>(folder.path, ['test', 'page.memoir.ts']);
    expect(tests.map(({ title, status }) => `${title} ${status}`)).toEqual([
      'doubles passed',
      'is sure of more than that failed',
      'comes later skipped',
    ]);
    expect(tests[1]!.error!.message).toMatch(/4/);
    expect(totals).toEqual({ tests: 3, passed: 1, failed: 1, skipped: 1 });
    const { code, stdout } = await memoir(folder.path, ['test', 'page.memoir.ts']);
    expect(code).toBe(1);
    expect(stdout).toContain('✓ doubles  known');
    expect(stdout).toContain('1 passed, 1 failed, 1 skipped.');
  });

  test('counts a cell that fails before it can be tested, and passes when all pass', async () => {
    folder.write(
      'page.memoir.ts',
      "// %% Make\nconst a = 1;\n\n// %% holds\nimport { ok } from 'node:assert';\nok(a);\n",
    );
    expect((await memoir(folder.path, ['test', 'page.memoir.ts'])).code).toBe(0);
    folder.write(
      'page.memoir.ts',
      "// %% Make\nconst a = gone();\n\n// %% holds\nimport { ok } from 'node:assert';\nok(a);\n",
    );
    const { tests } = await memoirJson<Tests>(folder.path, ['test', 'page.memoir.ts']);
    expect(tests.map(({ title, error }) => [title, error?.message])).toEqual([
      ['Make', 'gone is not defined'],
      ['holds', 'It waits for Make.'],
    ]);
  });

  test('says what to do where nothing is tested', async () => {
    folder.write('page.memoir.ts', '// %% A\n1\n');
    const { code, stdout } = await memoir(folder.path, ['test', 'page.memoir.ts']);
    expect([code, stdout]).toEqual([1, expect.stringContaining('node:assert')]);
  });
});

test('memoir run --stale-only tells only of cells whose results were not there', async () => {
  folder.write('page.memoir.ts', '// %% A\nconst a = 1;\n\n// %% B\na + 1\n');
  await memoir(folder.path, ['run', 'page.memoir.ts']);
  folder.write('page.memoir.ts', '// %% A\nconst a = 1;\n\n// %% B\na + 2\n');
  const { cells } = await memoirJson<Report>(folder.path, ['run', 'page.memoir.ts', '--stale-only']);
  expect(cells.map(({ title }) => title)).toEqual(['B']);
  const again = await memoirJson<Report>(folder.path, ['run', 'page.memoir.ts', '--stale-only']);
  expect(again.cells).toEqual([]);
  const { stdout } = await memoir(folder.path, ['run', 'page.memoir.ts', '--stale-only']);
  expect(stdout.trim()).toBe('Nothing was stale: every result came from the cache.');
});
