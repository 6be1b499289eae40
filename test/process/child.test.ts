import { describe, expect, onTestFinished, test } from 'vitest';
import { Child } from '../../src/process/child.ts';
import { TempFolder } from '../support/temp.ts';

function child(source: string): Child {
  const folder = new TempFolder({ 'child.mjs': source });
  const node = { path: process.execPath, version: process.versions.node, env: {} };
  const made = new Child({ node, script: folder.file('child.mjs'), cwd: folder.path });
  onTestFinished(async () => {
    made.kill();
    await made.ended;
    folder.dispose();
  });
  return made;
}

describe('a child', () => {
  test('exchanges messages as structured clones', async () => {
    const echo = child("process.on('message', (m) => process.send(m));");
    const answer = new Promise((resolve) => echo.port.onMessage(resolve));
    const message = { map: new Map([[1, new Date(0)]]), bytes: new Uint8Array([1, 2]) };
    echo.port.post(message);
    expect(await answer).toEqual(message);
  });

  test('tells how it ended, with its last words, and closes its port', async () => {
    const failing = child("console.error('alas'); process.exit(3);");
    const closed = new Promise((resolve) => failing.port.onClose(resolve));
    expect(await failing.ended).toMatchObject({ code: 3, signal: null, stderr: 'alas\n' });
    expect(await closed).toBe('The process has ended.');
    failing.port.post('too late');
  });

  test('tells when it could not be started', async () => {
    const node = { path: '/nowhere/node', version: '24.0.0', env: {} };
    const none = new Child({ node, script: 'x', cwd: '/' });
    expect(await none.ended).toMatchObject({ code: null, stderr: expect.stringContaining('ENOENT') });
  });

  test('that ignores a polite end is killed', async () => {
    const stubborn = child("process.send('up'); process.on('disconnect', () => {}); for (;;) {}");
    await new Promise((resolve) => stubborn.port.onMessage(resolve));
    await stubborn.stop(50);
    expect(await stubborn.ended).toMatchObject({ signal: 'SIGKILL' });
  });

  test('does not wait for a grandchild that holds its stderr', async () => {
    const source =
      "import { spawn } from 'node:child_process'; spawn('sleep', ['5'], { stdio: 'inherit', detached: true }).on('spawn', () => process.exit(0));";
    expect(await child(source).ended).toMatchObject({ code: 0 });
  });
});
