import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NotebookFolder } from '../support/notebook.ts';
import { findRedis, freePort, RedisServer } from '../support/redis.ts';

const cells = {
  Load: "const rows = [{ id: 1, day: new Date(5) }]; await new Promise((resolve) => setTimeout(resolve, 20)); 'loaded'",
  Sum: 'rows.length',
};

describe.skipIf(!findRedis())('a team with a server', () => {
  let server: RedisServer;
  let mine: NotebookFolder;
  let theirs: NotebookFolder;
  beforeEach(async () => {
    server = await new RedisServer(await freePort()).start();
    [mine, theirs] = [new NotebookFolder(cells), new NotebookFolder(cells)];
  });
  afterEach(async () => {
    await Promise.all([mine.close(), theirs.close()]);
    await server.kill();
  });

  test('takes over results, and values only where a cell needs them', async () => {
    const options = { redisUrl: server.url };
    const first = await mine.open(options);
    await first.runStale();
    await mine.shut(first); // writes what waits
    const window = await theirs.open(options);
    expect(window.happened()).toEqual(['Load hit', 'Sum hit']);
    expect(await window.edit('Sum', 'rows[0].day.getTime()')).toEqual(['Sum ran']);
    expect(window.shown('Sum')).toBe('5');
  });

  test('goes on without the server', async () => {
    const window = await mine.open({ redisUrl: server.url });
    await server.kill();
    expect(await window.runStale()).toEqual(['Load ran', 'Sum ran']);
    expect(await window.edit('Sum', 'rows[0].id')).toEqual(['Sum ran']);
    await mine.shut(window);
  });
});
