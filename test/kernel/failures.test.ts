import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { Cells, written } from './cells.ts';

describe('a cell that ends its process', () => {
  test.each([
    ['process.abort()', 'ended unexpectedly (signal SIGABRT)'],
    ["process.kill(process.pid, 'SIGKILL')", 'ended unexpectedly (signal SIGKILL)'],
    ["process.dlopen({ exports: {} }, '/dev/null'); process.abort()", 'ended unexpectedly|dlopen|too short'],
  ])('%s fails with what happened, and the next cell has a new kernel', async (source, said) => {
    const cells = new Cells();
    const { status, error } = await cells.run('ends', source);
    expect(status).toBe('error');
    expect(said.split('|').some((part) => error!.message.includes(part))).toBe(true);
    expect(await cells.show('1 + 1')).toBe('2');
  });

  test('does not end it by process.exit(), which is an error with advice', async () => {
    const cells = new Cells();
    await cells.run('kept', 'const kept = () => 7;');
    const { error } = await cells.run('exits', "console.log('before');\nprocess.exit(1);");
    expect(error).toMatchObject({ line: 2, message: expect.stringContaining('throw an error') });
    const late = await cells.run('exits late', 'await new Promise(() => setTimeout(() => process.exit(), 1));');
    expect(late.error?.message).toContain('process.exit()');
    expect(await cells.show('kept()')).toBe('7');
    expect(cells.lost).toEqual([]);
  });

  test('does so with its memory, which is said as such', async () => {
    const cells = new Cells({}, { maxMemoryMB: 64 });
    const { error } = await cells.run(
      'grows',
      'const all = []; for (;;) all.push(new Array(1000).fill(Math.sin(all.length)));',
    );
    expect(error?.message).toMatch(/ran out of memory \(its limit is 64 MB\)/);
    expect(cells.lost).toEqual([error?.message]);
    expect(await cells.show('1 + 1')).toBe('2');
  });

  test('ends its own child processes with it', async () => {
    const cells = new Cells();
    const source = "import { spawn } from 'node:child_process'; spawn('sleep', ['60'], { stdio: 'inherit' }).pid";
    const pid = Number(await cells.show(source));
    await cells.kernel.restart();
    await expect.poll(() => isAlive(pid)).toBe(false);
    expect(cells.lost).toEqual([null]);
  });
});

describe('a kernel', () => {
  test('starts no process where none may start', async () => {
    const started: number[] = [];
    const cells = new Cells(
      {},
      {
        mayStart() {
          throw new Error('not here');
        },
      },
    );
    cells.kernel.onStarted((pid) => started.push(pid));
    await expect(cells.run('a', '1 + 1')).rejects.toThrow('not here');
    await expect(cells.kernel.debug(cells.folder.path)).rejects.toThrow('not here');
    expect(started).toEqual([]);
  });

  test('under a debugger counts the time of computing, not that of standing still', async () => {
    const cells = new Cells();
    await cells.kernel.debug(cells.folder.path);
    const { ms, status } = await cells.run('a', 'await new Promise((done) => setTimeout(done, 500))');
    expect(status).toBe('done');
    expect(ms).toBeLessThan(500); // it stood still that long, and longer for the breakpoints
  });

  test('starts anew after a restart, and runs nothing that needs the values it held', async () => {
    const cells = new Cells();
    await cells.run('a', 'const a = 1;');
    await cells.kernel.restart();
    expect((await cells.run('b', 'a + 1')).status).toBe('unready');
    expect(await cells.show('1 + 1')).toBe('2');
  });

  test('that is restarted in the middle of a run interrupts it', async () => {
    const cells = new Cells();
    const running = cells.run('waits', "console.log('go'); await new Promise(() => {});");
    await written(cells, 'go');
    await cells.kernel.restart();
    const again = cells.run('next', '1 + 1');
    expect((await running).status).toBe('interrupted');
    expect((await again).status).toBe('done');
  });
});

describe('an error that nobody awaited', () => {
  test.each([
    ['a rejected promise', "Promise.reject(new Error('lost')); await new Promise((r) => setTimeout(r, 50));"],
    ['a timer', "setTimeout(() => { throw new Error('lost') }); await new Promise((r) => setTimeout(r, 50));"],
    [
      'an event',
      "import fs from 'node:fs'; fs.createReadStream('/nowhere'); await new Promise((r) => setTimeout(r, 50));",
    ],
  ])('fails the run in the middle of which it comes: %s', async (_, source) => {
    const cells = new Cells();
    const { status, error } = await cells.run('a', source);
    expect(status).toBe('error');
    expect(error?.message).toMatch(/lost|ENOENT/);
  });

  test('is told as late when its cell has settled, also while another cell runs', async () => {
    const cells = new Cells();
    const { status } = await cells.run('early', "setTimeout(() => { throw new Error('late') }, 30);\n0");
    expect(status).toBe('done');
    const other = await cells.run('other', 'await new Promise((r) => setTimeout(r, 100));');
    expect(other.status).toBe('done');
    expect(cells.late).toEqual([
      { type: 'late', cell: 'early', error: expect.objectContaining({ message: 'late', line: 1 }) },
    ]);
  });
});

describe('a cell that breaks what all share', () => {
  const harm: Readonly<Record<string, string>> = {
    'the console': 'globalThis.console = null;',
    'process.send': 'process.send = () => { throw new Error() };',
    Promise: "globalThis.Promise = class { then() { throw new Error('mine') } };",
    'Promise.prototype.then': 'Promise.prototype.then = () => {};',
    Math: 'globalThis.Math = {};',
    'the process': 'delete globalThis.process;',
    'Array.prototype':
      "for (const k of ['push', 'map', 'filter', 'includes', 'join', 'slice']) Array.prototype[k] = () => { throw new Error('mine') };",
    iteration: 'Array.prototype[Symbol.iterator] = function* () {};',
    'the iterator of arrays': 'Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: true });',
    'all objects': 'Object.prototype.then = function () {};',
    descriptors: "Object.prototype.get = () => { throw new Error('mine') };",
    'Map.prototype': "Map.prototype.get = Map.prototype.set = () => { throw new Error('mine') };",
    JSON: "JSON.stringify = () => { throw new Error('mine') };",
    listeners: 'process.removeAllListeners();',
    'the directory': "process.chdir('/');",
    stdout: "process.stdout.write = () => { throw new Error('mine') };",
  };
  for (const [what, source] of Object.entries(harm)) {
    test(`does it to itself only: ${what}`, async () => {
      const cells = new Cells();
      await cells.run('kept', 'const kept = new Map([[1, [1, 2]]]);');
      const running = cells.run('harm', source);
      const settled = await Promise.race([running.then(() => true), new Promise((r) => setTimeout(r, 1500, false))]);
      if (!settled) await cells.kernel.interrupt();
      await running;
      expect(
        await cells.show(
          "console.log('x'); process.cwd().length > 1 && [...kept.get(1)].map(Math.abs).join() + JSON.stringify(kept.get(1))",
        ),
      ).toBe("'1,2[1,2]'");
      const loop = cells.run('loop', 'for (;;) {}');
      await new Promise((r) => setTimeout(r, 50));
      await cells.kernel.interrupt();
      expect((await loop).status).toBe('interrupted');
      expect(cells.lost).toEqual([]);
    });
  }

  test('is told what was put back', async () => {
    const cells = new Cells();
    const { console } = await cells.run(
      'harm',
      'Array.prototype.map = 1; Array.prototype.last = function () { return this.at(-1) };',
    );
    expect(console).toContain('Array.prototype.map');
    expect(console).not.toContain('last');
    expect(await cells.show('[1, 2].last()')).toBe('2');
  });
});

describe('the console', () => {
  test('streams while a busy loop runs', async () => {
    const cells = new Cells();
    const running = cells.run('loop', "console.log('one'); console.error('two'); for (;;) {}");
    let text = '';
    cells.kernel.onEvent((event) => {
      if (event.type === 'console') text += event.lines.map((line) => `${line.stream} ${line.text}`).join('');
    });
    await expect.poll(() => text).toBe('stdout one\nstderr two\n');
    await cells.kernel.interrupt();
    await running;
  });

  test('is cut at one megabyte', async () => {
    const cells = new Cells();
    const { console } = await cells.run(
      'loop',
      "for (let i = 0; i < 100_000; i++) console.log('0123456789'.repeat(10));",
    );
    expect(console.length).toBeLessThan(1_000_100);
    expect(console).toContain('more than 1 MB');
  });

  test('calls back whoever waits for a write, each time', async () => {
    const cells = new Cells();
    const told = await cells.show(
      "let n = 0; const tell = () => { n += 1; }; for (let i = 0; i < 3; i++) process.stdout.write('a', tell); await new Promise((done) => process.stdout.write('b', done)); n",
    );
    expect(told).toBe('3');
  });
});

function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return /^[^Z]/.test(stdout.trim()); // one that nobody has buried yet is dead, too
}

test('an output too large for any page says so in its place, on its own and within others; others are shown', async () => {
  const cells = new Cells();
  const large = "import { columns, html } from 'memoir'; const large = html('y'.repeat(21_000_000));";
  const told = /^This output has more than 40 MB and is not shown\./;
  expect(await cells.show(`${large} large`)).toMatch(told);
  expect(await cells.show(`${large} columns([large, 1])`)).toMatch(told);
  await cells.show("import { html } from 'memoir'; html('y'.repeat(10_000_000))");
  expect(cells.outputs.flatMap(({ items }) => items).some(({ mime }) => mime.includes('html'))).toBe(true);
});
