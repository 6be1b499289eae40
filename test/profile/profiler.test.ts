import { existsSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { functionOf, KERNEL, lineOf, ProfiledFolder } from './profiled.ts';

const folder = new ProfiledFolder({
  'kernel.ts': KERNEL,
  'shapes.ts': `import { kernel } from './kernel.ts';

export function fibonacci(n: number): number {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

export class Counter {
  #step: number;
  constructor(private readonly start: number, step = 1) { this.#step = step; }
  count(to: number) { return kernel(to - this.start) + this.#next(to); }
  #next(n: number) { return kernel(n * this.#step); }
}

export function* numbers(n: number) {
  for (let i = 0; i < n; i++) yield kernel(1) + i;
}

function hidden(map: Map<string, Date>) {
  return kernel(map.get('now')!.getFullYear() === 2020 ? 3 : Number.NaN);
}

export function sortInPlace(list: number[]) {
  if (list[0] !== 3) throw new Error('the list was sorted before');
  return list.sort((a, b) => a - b);
}

export const tiny = (a: number) => a * 3 + 1;

export async function sleeps() {
  await new Promise((resolve) => setTimeout(resolve, 5));
}

export function outer(n: number) {
  const inner = (k: number) => kernel(k);
  return inner(n);
}
`,
  'trouble.ts': `import { readFileSync, writeFileSync } from 'node:fs';

export function fails(text: string) {
  const parsed = JSON.parse(text);
  if (parsed) throw new RangeError('too much');
}

export async function failsLater() {
  await null;
  throw new TypeError('later');
}

export function hangs() {
  let i = 0;
  for (;;) {
    i += Math.sqrt(i);
  }
}

export function waits() {
  return new Promise(() => {});
}

export function grows() {
  const all: unknown[] = [];
  for (;;) all.push({ all: [1, 2, 3, all.length] });
}

export function leaves() {
  try {
    process.exit(3);
  } catch {}
}

export function writes(path: string) {
  let count = 0;
  try { count = Number(readFileSync(path, 'utf8')); } catch {}
  writeFileSync(path, String(count + 1));
}
`,
  'broken.ts': 'const config: any = null;\nexport const port = config.port;\nexport function unused() {}\n',
  'fixture.ts': "export const args = () => [new Map([['now', new Date('2020-06-01')]])];\n",
});
afterAll(() => folder.dispose());

describe('what is called', () => {
  test('recursion counts once per stack', async () => {
    const { result } = await folder.profile('shapes.ts', 'fibonacci', { args: '[18]' });
    expect(functionOf(result, 'fibonacci')?.totalPercent).toBeLessThanOrEqual(100.01);
    expect(functionOf(result, 'fibonacci')?.totalPercent).toBeGreaterThan(95);
    expect(lineOf(result, 'shapes.ts', 4)!.totalMs).toBeLessThanOrEqual(result.timing!.medianMs * 1.5);
  });

  test('a method is called on the instance given with the arguments, also one with a # name', async () => {
    const method = await folder.profile('shapes.ts', 'Counter.count', { args: '{this: new Counter(2), args: [9]}' });
    expect(method.result.outcome).toBe('measured');
    expect(functionOf(method.result, 'Counter.#next')?.totalPercent).toBeGreaterThan(40);
    const hidden = await folder.profile('shapes.ts', 'Counter.#next', { args: '{this: new Counter(2), args: [9]}' });
    expect(hidden.result.outcome).toBe('measured');
    await expect(folder.profile('shapes.ts', 'Counter.count', { args: '[9]' })).rejects.toThrow(
      'Counter needs 1 constructor argument: give {this: new Counter(…), args: […]}.',
    );
  });

  test('a generator is run to its end', async () => {
    const { result } = await folder.profile('shapes.ts', 'numbers', { args: '[20]' });
    expect(functionOf(result, 'kernel')?.percent).toBeGreaterThan(80);
  });

  test('a function that is not exported takes a Map with a Date, from an expression or a fixture', async () => {
    const args = "[new Map([['now', new Date('2020-06-01')]])]";
    expect((await folder.profile('shapes.ts', 'hidden', { args })).result.outcome).toBe('measured');
    const fixture = folder.file('fixture.ts');
    expect((await folder.profile('shapes.ts', 'hidden', { fixture })).result.outcome).toBe('measured');
  });

  test('a function that changes its arguments gets new ones for each call', async () => {
    const { result } = await folder.profile('shapes.ts', 'sortInPlace', { args: '[[3, 2, 1]]', seconds: 2 });
    expect(result.outcome).toBe('measured');
    expect(result.notes).toContain('The function changes its arguments, so every call got new ones.');
  });

  test('the function around the cursor is measured, and an inner one is named', async () => {
    const source = readFileSync(folder.file('shapes.ts'), 'utf8');
    const target = { position: source.indexOf('kernel(k)') };
    const { result } = await folder.profile('shapes.ts', '', { target, args: '[3]', seconds: 2 });
    expect(result.target).toMatchObject({ name: 'outer', line: 33 });
    expect(result.notes[0]).toBe(
      '"inner": it is made anew inside outer; profile outer instead. Measured is "outer" around it.',
    );
    const nowhere = folder.profile('shapes.ts', '', { target: { position: 0 } });
    await expect(nowhere).rejects.toThrow('There is no function here that can be profiled.');
  });

  test('a function small enough to vanish in its caller keeps its samples', async () => {
    const { result } = await folder.profile('shapes.ts', 'tiny', { args: '[2]', seconds: 2 });
    expect(result.timing!.batch).toBeGreaterThan(100);
    expect(functionOf(result, 'tiny')?.origin).toBe('own');
    expect(lineOf(result, 'shapes.ts', 27)?.percent).toBeGreaterThan(70); // the rest is compiling, and the loop around it
  });

  test('waiting is told apart from computing', async () => {
    const { result } = await folder.profile('shapes.ts', 'sleeps', { seconds: 2 });
    expect(result.timing!.medianMs).toBeGreaterThan(4);
    expect(result.notes.join()).toMatch(/% of the time was spent waiting/);
  });

  test('text that is not saved is what is measured', async () => {
    const source = 'export function fresh() {\n  throw new Error("unsaved");\n}';
    const { result } = await folder.profile('shapes.ts', 'fresh', { source });
    expect(result.error).toMatchObject({ message: 'unsaved', line: 2 });
  });

  test('the saved profile speaks of the sources', async () => {
    const { cpuprofile, flame } = await folder.profile('shapes.ts', 'numbers', { args: '[20]', seconds: 2 });
    const urls = cpuprofile!.nodes.map(({ callFrame }) => callFrame.url);
    expect(urls).toContain(pathToFileURL(folder.file('kernel.ts')).href);
    const names = flame!.frames.map(({ name }) => name);
    expect(names).toContain('kernel');
    expect(Array.from(flame!.parent.slice(1)).every((parent, i) => parent <= i)).toBe(true);
  });
});

describe('what cannot be measured', () => {
  test.each([
    ['[1', 'The arguments cannot be read'],
    ['1; 2', 'The arguments cannot be read'],
    ['{a: 1}', 'The arguments must be a list such as [1, "two"], also for a single one; this is an object.'],
    ['"x"', 'this is a string.'],
    ['[nowhere]', 'The arguments give ReferenceError: nowhere is not defined'],
  ])('arguments %s are refused: %s', async (args, message) => {
    const profiled = folder.profile('shapes.ts', 'fibonacci', { args });
    await expect(profiled).rejects.toThrow(UserError);
    await expect(profiled).rejects.toThrow(message);
  });

  test('a name that is not there brings the names that are', async () => {
    await expect(folder.profile('shapes.ts', 'fibonaci')).rejects.toThrow(
      'There is no function "fibonaci" in this file. It has fibonacci, Counter.constructor, Counter.count',
    );
    await expect(folder.profile('gone.ts', 'work')).rejects.toThrow('There is no file');
  });

  test('an error is shown at its source line', async () => {
    const { result } = await folder.profile('trouble.ts', 'fails', { args: `['{"a": 1}']` });
    expect(result).toMatchObject({ outcome: 'threw', error: { name: 'RangeError', message: 'too much', line: 5 } });
    expect(result.error!.stack).toContain(`${folder.file('trouble.ts')}:5:`);
    expect(result.error!.stack).not.toContain('target.mjs');
    const later = await folder.profile('trouble.ts', 'failsLater');
    expect(later.result).toMatchObject({ outcome: 'threw', error: { name: 'TypeError', line: 10 } });
    const parsing = await folder.profile('trouble.ts', 'fails', { args: '["{"]' });
    expect(parsing.result.error).toMatchObject({ name: 'SyntaxError', line: 4 });
  });

  test('a module that cannot be loaded shows the error at its line', async () => {
    const { result } = await folder.profile('broken.ts', 'unused');
    expect(result).toMatchObject({ outcome: 'threw', error: { name: 'TypeError', line: 2 } });
    expect(result.notes).toContain('It threw while its module was loaded.');
  });

  test('an endless loop ends at the deadline and shows where it was', async () => {
    const { result } = await folder.profile('trouble.ts', 'hangs', { seconds: 1 });
    expect(result.outcome).toBe('deadline');
    const lines = result.cpu!.lines.map(({ line }) => line);
    expect(lines.every((line) => line === 15 || line === 16)).toBe(true);
    expect(lines.length).toBeGreaterThan(0);
  });

  test('a promise that never settles ends at the deadline too', async () => {
    const { result } = await folder.profile('trouble.ts', 'waits', { seconds: 1 });
    expect(result.outcome).toBe('deadline');
    expect(result.notes).toContain('It was waiting, not computing.');
  });

  test('running out of memory is said', async () => {
    const { result } = await folder.profile('trouble.ts', 'grows', { memoryMB: 64, seconds: 15 });
    expect(result.outcome).toBe('outOfMemory');
    expect(result.notes).toContain('It ran out of memory: it may use 64 MB.');
  });

  test('process.exit is said, with its line, also when the function catches what it throws', async () => {
    const { result } = await folder.profile('trouble.ts', 'leaves');
    expect(result).toMatchObject({ outcome: 'exited', error: { line: 31 } });
  });

  test('an aborted signal ends it at once', async () => {
    const cancel = new AbortController();
    const profiled = folder.profile('trouble.ts', 'hangs', {
      signal: cancel.signal,
      onProgress: (phase) => phase === 'first call' && cancel.abort(),
    });
    await expect(profiled).rejects.toThrow('aborted');
  });
});

describe('a function that touches the outside', () => {
  test('is called once, and again only with consent', async () => {
    const path = folder.file('count.txt');
    const asked: unknown[] = [];
    const args = JSON.stringify([path]);
    const refused = await folder.profile('trouble.ts', 'writes', {
      args,
      onConsent: async (touched) => {
        asked.push(touched);
        return false;
      },
    });
    expect(asked).toEqual([['files written']]);
    expect(refused.result).toMatchObject({
      outcome: 'once',
      touched: ['files written'],
      timing: { runs: 1, ci95: null },
    });
    expect(readFileSync(path, 'utf8')).toBe('1');
    const granted = await folder.profile('trouble.ts', 'writes', { args, seconds: 2, onConsent: async () => true });
    expect(granted.result.outcome).toBe('measured');
    expect(Number(readFileSync(path, 'utf8'))).toBeGreaterThan(100);
    expect(existsSync(path)).toBe(true);
  });
});
