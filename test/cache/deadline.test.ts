import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { Deadline } from '../../src/cache/deadline.ts';

const never = () => new Promise<never>(() => {});

test('work gives what it gives, and fails as it fails', async () => {
  const deadline = new Deadline(1000);
  expect(await deadline.keep(async () => 'done')).toBe('done');
  await expect(deadline.keep(() => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  const throwing = () => {
    throw new Error('thrown');
  };
  await expect(deadline.keep(throwing)).rejects.toThrow('thrown');
});

test('what takes too long ends, each piece by itself, also after others that took no time', async () => {
  const deadline = new Deadline(40);
  const ended: string[] = [];
  const note = (name: string) => (error: Error) => ended.push(`${name}: ${error.message}`);
  const first = deadline.keep(never).catch(note('first'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  await deadline.keep(async () => {});
  const second = deadline.keep(never).catch(note('second'));
  await first;
  expect(ended).toEqual(['first: no answer within 40 ms']);
  await second;
  expect(ended).toHaveLength(2);
  await expect(deadline.keep(never)).rejects.toThrow('no answer'); // the timer begins anew
});

test('a program waits for what runs, and for nothing else', async () => {
  const module = new URL('../../src/cache/deadline.ts', import.meta.url).href;
  const run = async (body: string) => {
    const script = `import { Deadline } from '${module}'; ${body}`;
    const program = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    return program.stdout.trim();
  };
  const [waits, ends] = await Promise.all([
    run('await new Deadline(50).keep(() => new Promise(() => {})).catch((error) => console.log(error.message))'),
    run("await new Deadline(1e9).keep(async () => console.log('done'))"), // would wait for eleven days
  ]);
  expect([waits, ends]).toEqual(['no answer within 50 ms', 'done']);
});
