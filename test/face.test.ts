import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { TempFolder } from './support/temp.ts';

// Needs a build: `npm test` makes one first.
const library = pathToFileURL(join(resolve(import.meta.dirname, '../dist'), 'index.js')).href;

/** What a program prints, as JSON, that imports the library. */
async function printed(source: string): Promise<unknown> {
  const folder = new TempFolder({ 'program.mjs': `import * as memoir from ${JSON.stringify(library)};\n${source}` });
  onTestFinished(() => folder.dispose());
  const { stdout } = await promisify(execFile)(process.execPath, ['program.mjs'], { cwd: folder.path });
  return JSON.parse(stdout);
}

test('the library is loaded when something of it is used, not before', async () => {
  const hasCrypto = `process.moduleLoadList.includes('NativeModule crypto')`;
  const source = `const before = ${hasCrypto}; memoir.cached((x) => x); console.log(JSON.stringify([before, ${hasCrypto}]));`;
  expect(await printed(source)).toEqual([false, true]);
});

test('what stands for functions, classes and objects is used like them', async () => {
  const source = `
    const { cached, LoadAllError, monitor, UserError } = memoir;
    class Mine extends UserError {}
    const error = new Mine('sorry');
    monitor.time('work', () => 1);
    console.log(JSON.stringify({
      kinds: [typeof cached, typeof UserError, typeof monitor, cached.name, 'invalidate' in cached],
      error: [error instanceof Mine, error instanceof UserError, error instanceof Error, error instanceof LoadAllError, error.message],
      dropped: await cached.invalidate({ tags: ['none'] }),
      value: cached((x) => x + 1)(1),
    }));`;
  expect(await printed(source)).toEqual({
    kinds: ['function', 'function', 'object', 'cached', true],
    error: [true, true, true, false, 'sorry'],
    dropped: 0,
    value: 2,
  });
});
