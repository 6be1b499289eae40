import { describe, expect, test } from 'vitest';
import { Cells, written } from './cells.ts';

const FOREVER: Readonly<Record<string, string>> = {
  'at once': "console.log('go'); for (;;) {}",
  'after an await': "await null; console.log('go'); for (;;) {}",
  'after a pause': "await new Promise((r) => setTimeout(r, 5)); console.log('go'); for (;;) {}",
  'in a timer': "setTimeout(() => { console.log('go'); for (;;) {} }); await new Promise(() => {});",
  'in an immediate': "setImmediate(() => { console.log('go'); for (;;) {} }); await new Promise(() => {});",
  'in a promise callback': "await Promise.resolve().then(() => { console.log('go'); for (;;) {} });",
  'in a comparator': "[3, 1, 2].sort(() => { console.log('go'); for (;;) {} });",
  'that catches everything': "console.log('go'); for (;;) { try { for (;;) {} } catch {} }",
  'in `finally`': "try { throw new Error('x'); } finally { console.log('go'); for (;;) {} }",
  'that writes': "for (;;) console.log('go');",
  'of promises': "console.log('go'); for (;;) await null;",
  'while a file is read':
    "import fs from 'node:fs/promises'; await fs.readFile('data.txt'); console.log('go'); for (;;) {}",
};

describe('an interrupted loop', () => {
  for (const [where, source] of Object.entries(FOREVER)) {
    test(`${where} ends, and other values stay`, async () => {
      const cells = new Cells({ 'data.txt': 'data' });
      await cells.run('kept', 'const kept = { list: [1, 2, 3], f() { return this.list.length } };');
      const running = cells.run('loop', source);
      await written(cells, 'go');
      await cells.kernel.interrupt();
      expect((await running).status).toBe('interrupted');
      expect(await cells.show('kept.f()')).toBe('3');
      expect(await cells.show("await new Promise((r) => setTimeout(r, 2, 'timers work'))")).toBe("'timers work'");
      expect(cells.lost).toEqual([]);
    });
  }

  test('can be interrupted again and again', async () => {
    const cells = new Cells();
    await cells.run('kept', 'const kept = () => 1;');
    for (const source of [FOREVER['at once']!, FOREVER['in a timer']!, FOREVER['in a promise callback']!]) {
      const running = cells.run('loop', source);
      await written(cells, 'go');
      await cells.kernel.interrupt();
      expect((await running).status).toBe('interrupted');
    }
    expect(await cells.show('kept()')).toBe('1');
    expect(cells.lost).toEqual([]);
  });
});

describe('an interrupted cell', () => {
  test('that awaits ends at once, and its signal aborts', async () => {
    const cells = new Cells();
    const running = cells.run(
      'waits',
      "globalThis.why = 'running'; signal.addEventListener('abort', () => { globalThis.why = 'aborted' }); console.log('go'); await new Promise(() => {});",
    );
    await written(cells, 'go');
    await cells.kernel.interrupt();
    expect(await running).toMatchObject({ status: 'interrupted', error: null });
    expect(await cells.show('globalThis.why')).toBe("'aborted'");
  });

  test('that waits for the database stops its query, and the database answers the next one', async () => {
    const cells = new Cells();
    const running = cells.run(
      'query',
      "import { sql } from 'memoir'; const endless = await sql`SELECT count(*) AS n FROM range(10000000000) a, range(1000000) b WHERE a.range % 7 = b.range % 5`; console.log('go'); await endless.rows();",
    );
    await written(cells, 'go');
    await cells.kernel.interrupt();
    expect(await running).toMatchObject({ status: 'interrupted', error: null });
    expect(await cells.show("(await (await (await import('memoir')).sql`SELECT 7 AS n`).rows())[0].n")).toBe('7');
    expect(cells.lost).toEqual([]);
  });

  test('does not run at all when the kernel was still starting', async () => {
    const cells = new Cells();
    const running = cells.run('first', "console.log('ran')");
    await new Promise((r) => setTimeout(r, 50)); // compiled, while the process takes longer to come up
    await cells.kernel.interrupt();
    expect(await running).toMatchObject({ status: 'interrupted', console: '' });
  });

  test('that blocks outside of JavaScript takes the kernel with it, which is said', async () => {
    const cells = new Cells();
    const running = cells.run(
      'blocks',
      `import { execSync } from 'node:child_process'; console.log('go'); await new Promise((r) => setTimeout(r, 60)); execSync('sleep 30');`,
    );
    await written(cells, 'go');
    await new Promise((r) => setTimeout(r, 200));
    await cells.kernel.interrupt();
    expect((await running).status).toBe('interrupted');
    expect(cells.lost).toEqual([expect.stringContaining('did not end when it was interrupted')]);
    expect(await cells.show('1 + 1')).toBe('2');
  });

  test('has its `invalidation` resolved when it runs again', async () => {
    const cells = new Cells();
    const source =
      'globalThis.n = (globalThis.n ?? 0) + 1; const mine = globalThis.n; invalidation.then(() => { globalThis.gone = mine }); 0';
    await cells.run('a', source);
    expect(await cells.show('String(globalThis.gone)')).toBe("'undefined'");
    await cells.run('a', source);
    expect(await cells.show('globalThis.gone')).toBe('1');
    await cells.kernel.drop(['a' as never]);
    expect(await cells.show('globalThis.gone')).toBe('2');
  });
});
