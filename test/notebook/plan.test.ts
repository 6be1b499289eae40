import { afterEach, describe, expect, test } from 'vitest';
import { NotebookFolder } from '../support/notebook.ts';
import type { NotebookWindow } from '../support/notebookWindow.ts';

let open: NotebookFolder[] = [];
afterEach(async () => {
  await Promise.all(open.map((folder) => folder.close()));
  open = [];
});

function notebook(cells: Record<string, string>, files: Record<string, string> = {}): NotebookFolder {
  const folder = new NotebookFolder(cells, files);
  open.push(folder);
  return folder;
}

/** What would happen to each cell, and why, in one line each. */
async function planOf(window: NotebookWindow): Promise<string[]> {
  const planned = await window.session.plan();
  return planned.map(({ label, would, reason }) => `${label} ${would}: ${reason.text}`);
}

const SLOW = 'await new Promise((resolve) => setTimeout(resolve, 20));';

describe('a plan', () => {
  test('tells of cells that wait to be asked and of what is below them', async () => {
    const cells = {
      A: 'const a = 1;',
      'Ask {"run": "manual"}': 'const b = a + 1;',
      Below: 'const c = b + 1;',
      Last: 'c',
    };
    const window = await notebook(cells).open();
    expect(await planOf(window)).toEqual([
      'A run: first run',
      'Ask manual: A runs before it',
      'Below waiting: Ask waits to be asked',
      'Last waiting: Ask waits to be asked',
    ]);
    await window.runStale();
    expect((await planOf(window)).slice(0, 2)).toEqual([
      'A memory: nothing it depends on changed',
      'Ask manual: first run',
    ]);
    await window.run('Ask');
    expect(await planOf(window)).toEqual(
      ['A', 'Ask', 'Below', 'Last'].map((label) => `${label} memory: nothing it depends on changed`),
    );
  });

  test('tells of cells below a disabled cell and below a mistake', async () => {
    const cells = {
      'Off {"disabled": true}': 'const a = 1;',
      Below: 'a',
      Twice: 'const t = 1;',
      Again: 'const t = 2;',
      Reader: 't',
    };
    const window = await notebook(cells).open();
    const mistake = '`t` is declared in “Twice” and “Again”. Keep one, or make one private by calling it `_t`.';
    expect(await planOf(window)).toEqual([
      'Off disabled: it is disabled',
      'Below waiting: Off is disabled',
      `Twice error: ${mistake}`,
      `Again error: ${mistake}`,
      'Reader waiting: Twice has a mistake',
    ]);
  });

  test('is what then happens', async () => {
    const cells = {
      'Ask {"run": "manual"}': 'const a = 1;',
      Below: 'a',
      'Off {"disabled": true}': 'const d = 1;',
      BelowOff: 'd',
      Runs: 'const r = 1;',
      BelowRuns: 'r',
    };
    const window = await notebook(cells).open();
    const planned = await window.session.plan();
    await window.runStale();
    const statuses = { run: 'done', manual: 'stale', waiting: 'waiting', disabled: 'disabled' };
    for (const { id, would } of planned) {
      expect([would, window.session.state(id).status]).toEqual([would, statuses[would as keyof typeof statuses]]);
    }
  });

  test('knows from another session how long a cell below a running one takes', async () => {
    const folder = notebook({ A: 'const a = 1;', Slow: `${SLOW}\nconst b = a + 1;`, New: 'b' });
    let window = await folder.open();
    await window.runStale();
    window.type('A', 'const a = 2;');
    window = await folder.reopen(window);
    const [, slow] = await window.session.plan();
    expect(slow).toMatchObject({ label: 'Slow', would: 'run', reason: { text: 'A runs before it' } });
    expect(slow!.estimateMs).toBeGreaterThanOrEqual(19);
  });
});
