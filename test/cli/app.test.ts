import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { memoir } from '../support/memoir.ts';
import { TempFolder } from '../support/temp.ts';

const dist = resolve(process.env.MEMOIR_TEST_DIST ?? 'dist');
const folder = new TempFolder({ 'a.memoir.ts': '// %% A\n1 + 1\n' });
afterAll(() => folder.dispose());

function start(...options: readonly string[]) {
  return spawn(process.execPath, [join(dist, 'cli.js'), 'app', 'a.memoir.ts', ...options], {
    cwd: folder.path,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

describe('memoir app', () => {
  test('prints the address with its token, serves there, and ends when it is told to', async () => {
    const app = start('--json');
    const [line] = await once(app.stdout, 'data');
    const { url, pid } = JSON.parse(String(line));
    expect(pid).toBe(app.pid);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}$/);
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(new URL('/', url))).status).toBe(401);
    app.kill('SIGTERM');
    expect(await once(app, 'exit')).toEqual([0, null]);
    await expect(fetch(url)).rejects.toThrow();
  });

  test('says which port is taken', async () => {
    const app = start('--json');
    const [line] = await once(app.stdout, 'data');
    const { port } = new URL(JSON.parse(String(line)).url);
    const { code, stderr } = await memoir(folder.path, ['app', 'a.memoir.ts', '--port', port]);
    expect([code, stderr]).toEqual([1, `Port ${port} is taken. Choose another with --port, or leave it out.\n`]);
    app.kill('SIGTERM');
    await once(app, 'exit');
  });

  test.each([
    [['--port', '70000'], '--port wants a number from 0 to 65535; got "70000".'],
    [['--idle', 'soon'], '--idle wants a time such as 90s, 30m or 2h; got "soon".'],
    [['--kernels', '0'], '--kernels wants a number above 0; got "0".'],
  ])('does not understand %j', async (options, sentence) => {
    const { code, stderr } = await memoir(folder.path, ['app', 'a.memoir.ts', ...options]);
    expect([code, stderr.split('\n')[0]]).toEqual([2, sentence]);
  });
});
