import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { TempFolder } from '../support/temp.ts';

// Needs a build: `npm test` makes one first.
const dist = resolve(import.meta.dirname, '../../dist');
const library = pathToFileURL(join(dist, 'index.js')).href;
const execute = promisify(execFile);

interface Status {
  readonly cache: { readonly hits: number; readonly misses: number };
  readonly operations: readonly { readonly name: string; readonly count: number; readonly errors: number }[];
  readonly calls: readonly {
    readonly name: string;
    readonly sums: { readonly hits: number; readonly misses: number };
  }[];
  readonly alerts: readonly {
    readonly rule: string;
    readonly where: { readonly file: string; readonly line: number };
  }[];
  readonly resources: readonly { readonly name: string; readonly pid: number; readonly rssMB: number }[];
}

/** A folder with a program in it that uses the library. */
function program(source: string) {
  const folder = new TempFolder({
    'program.mjs': `import { cached, monitor } from ${JSON.stringify(library)};\n${source}`,
  });
  onTestFinished(() => folder.dispose());
  const run = async (...args: string[]) => execute(process.execPath, args, { cwd: folder.path });
  return {
    folder,
    run: () => run('program.mjs'),
    status: async (): Promise<Status> => JSON.parse((await run(join(dist, 'cli.js'), 'status', '--json')).stdout),
    statusText: async () => (await run(join(dist, 'cli.js'), 'status')).stdout,
  };
}

describe('a program that Memoir did not start', () => {
  const busy = `
    const square = cached(function square(x) { return x * x; });
    for (const x of [1, 2, 1, 1]) square(x);
    monitor.time('import', () => 1);
    monitor.operation('slow', { ms: 3000, where: { file: 'program.mjs', line: 4 } });
    try { monitor.time('parse', () => JSON.parse('{')); } catch {}`;

  test('is in the status once it has ended', async () => {
    const { run, status, statusText } = program(busy);
    await run();
    const { cache, operations, calls, alerts } = await status();
    expect(cache).toMatchObject({ hits: 2, misses: 2 });
    expect(operations.map(({ name, count, errors }) => [name, count, errors])).toEqual([
      ['slow', 1, 0],
      ['parse', 1, 1],
      ['import', 1, 0],
    ]);
    expect(calls).toMatchObject([{ name: 'square', sums: { hits: 2, misses: 2 } }]);
    expect(alerts).toMatchObject([{ rule: 'failed-operation' }, { rule: 'slow-operation', where: { line: 4 } }]);
    expect(await statusText()).toMatch(/Operations[\s\S]*slow +1 +3 s[\s\S]*Alerts[\s\S]*parse failed/);
  });

  test.each(['process.exit(0)', 'setTimeout(() => { throw new Error("end"); })', 'process.exitCode = 3'])(
    'and ends with %s loses nothing',
    async (end) => {
      const { run, status } = program(`${busy}\n${end}`);
      await run().catch(() => {}); // some of these end badly
      const { cache, operations } = await status();
      expect(operations).toHaveLength(3);
      expect(cache).toMatchObject({ hits: 2, misses: 2 });
    },
  );

  test('adds to what its earlier runs left', async () => {
    const { run, status } = program(busy);
    await Promise.all([run(), run()]);
    await run();
    const { cache, operations } = await status();
    expect(operations.map(({ count }) => count)).toEqual([3, 3, 3]);
    expect(cache).toMatchObject({ hits: 6, misses: 6 });
  });

  test('finds persisted values in its next run', async () => {
    const { run } = program(`
      const load = cached(async (x) => { console.log('computed'); return { x }; }, { persist: true, namespace: 'load' });
      console.log((await load(5)).x);`);
    expect((await run()).stdout).toBe('computed\n5\n');
    expect((await run()).stdout).toBe('5\n');
  });

  test('is seen while it runs, with what it uses, and is not missed once it is killed', async () => {
    const { folder, status } = program(`
      monitor.time('start', () => 1);
      await monitor.flush();
      console.log('ready');
      setInterval(() => {}, 1000);`);
    const running = spawn(process.execPath, ['program.mjs'], {
      cwd: folder.path,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(running.stdout, 'data');
    const { resources } = await status();
    expect(resources).toMatchObject([{ name: 'program.mjs', pid: running.pid }]);
    expect(resources[0]!.rssMB).toBeGreaterThan(10);
    running.kill('SIGKILL');
    await once(running, 'exit');
    const after = await status();
    expect(after.resources).toEqual([]);
    expect(after.operations).toMatchObject([{ name: 'start', count: 1 }]);
  });

  test('that uses nothing of the library leaves nothing behind', async () => {
    const { folder, run } = program('console.log(typeof cached, typeof monitor);');
    expect((await run()).stdout).toBe('function object\n');
    expect(existsSync(folder.file('.memoir'))).toBe(false);
  });

  test('that is not to be measured is not', async () => {
    const { folder } = program(`monitor.time('start', () => 1);`);
    const env = { ...process.env, MEMOIR_MONITOR_ENABLED: '0' };
    await execute(process.execPath, ['program.mjs'], { cwd: folder.path, env });
    expect(existsSync(folder.file('.memoir'))).toBe(false);
  });
});
