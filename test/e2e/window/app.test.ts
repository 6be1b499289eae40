import { readFileSync } from 'node:fs';
import type { Frame, Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeWindow } from '../../support/vscode/windowSuite.ts';

const FILE = 'years.memoir.ts';
const files = {
  [FILE]: `// %% [markdown]
// # Years

// %% Year
import { html, md, slider } from 'memoir';
const year = slider('Year', { min: 2000, max: 2025, value: 2020 });

// %% Square
md\`The square is \${year * year}.\`

// %% Frame
html\`<p id="p">plain</p><script>document.getElementById('p').textContent = 'a script ran';</script>\`
`,
};

describeWindow('an app in a window', { files }, (stage) => {
  let app: Frame;
  const cell = (index: number): Locator => app.locator('[data-cell]').nth(index);
  const saved = async () => {
    await stage.window.page.keyboard.press('Control+S');
    return readFileSync(stage.folder.file(FILE), 'utf8');
  };

  test('it shows the notebook without its code, and runs what is stale', async () => {
    const { window } = stage;
    await window.quickOpen(FILE);
    await window.command('Memoir: Open as App');
    app = await window.frameWith('.frame > main');
    await app.getByText('The square is 4080400.').waitFor();
    await app.getByRole('heading', { name: 'Years' }).waitFor();
    expect(await app.getByText('const year').count()).toBe(0);
    await app.frameLocator('iframe').getByText('a script ran').waitFor();
    await window.shot('app-panel');
  });

  test('a widget moved in the app moves in the notebook', async () => {
    await app.getByRole('slider', { name: 'Year' }).fill('2010');
    await app.getByText('The square is 4040100.').waitFor();
    await stage.window.outputText(/The square is 4040100\./);
  });

  test('of many quick moves, the app and the notebook show the last', async () => {
    const slider = app.getByRole('slider', { name: 'Year' });
    await slider.evaluate(async (node) => {
      const input = node as unknown as { value: string; dispatchEvent(event: Event): void };
      for (let move = 0; move <= 300; move += 1) {
        input.value = String(2000 + (move % 24)); // ends with 2012
        input.dispatchEvent(new Event('input', { bubbles: true }));
        if (move % 5 === 0) await new Promise((frame) => setTimeout(frame));
      }
    });
    await app.getByText('The square is 4048144.').waitFor();
    await stage.window.outputText(/The square is 4048144\./);
    expect(await slider.inputValue()).toBe('2012');
    await slider.fill('2010');
    await app.getByText('The square is 4040100.').waitFor();
  });

  test('widgets are put back by a command, in the app and in the notebook', async () => {
    await focusNotebook();
    await stage.window.command('Memoir: Reset Widgets');
    await app.getByText('The square is 4080400.').waitFor();
    expect(await app.getByRole('button', { name: 'Reset' }).isVisible()).toBe(false);
    await app.getByRole('slider', { name: 'Year' }).fill('2010');
    await app.getByText('The square is 4040100.').waitFor();
  });

  test('cells are arranged by their names, and the options of cells say where they stand', async () => {
    const { window } = stage;
    await app.getByRole('button', { name: 'Arrange' }).click();
    const [grip, target] = [app.getByText('Year', { exact: true }).first(), app.locator('aside')];
    await drag(grip, target);
    await app.locator('aside').getByRole('slider', { name: 'Year' }).waitFor();
    await app.getByRole('toolbar', { name: 'Arrange Square' }).getByLabel('Width').fill('6');
    await app.getByRole('toolbar', { name: 'Arrange Square' }).getByLabel('Width').press('Tab');
    await app.getByRole('toolbar', { name: 'Arrange Frame' }).getByRole('button', { name: 'Move up' }).click();
    await window.shot('app-arranging');
    await app.getByRole('button', { name: 'Arrange' }).click();
    expect(await cell(0).isVisible()).toBe(true);
    await focusNotebook();
    await expect.poll(saved, { timeout: 20_000 }).toContain('// %% Frame {"layout":{"order":');
    const text = await saved();
    expect(text).toContain('// %% Year {"layout":"sidebar"}');
    expect(text).toContain('// %% Square {"layout":{"width":6}}');
    await window.shot('app-arranged');
  });

  test('it can be exported', async () => {
    const { window } = stage;
    await window.command('Memoir: Export Notebook');
    await window.pick('Markdown');
    await window.page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click();
    await window.page.locator('.notification-toast', { hasText: 'years.md is written.' }).waitFor();
    expect(readFileSync(stage.folder.file('years.md'), 'utf8')).toContain('The square is 4040100.');
  });

  test('the app and the graph are back where they stood when the window is opened again', async () => {
    const { window } = stage;
    await window.command('Memoir: Show Graph');
    await window.frameWith('svg .node');
    const groups = await layout();
    expect(groups[1]).toEqual([`App of ${FILE}`, `Graph of ${FILE}`]);
    await window.reopen();
    await window.frameWith('svg .node', 90_000); // all of VS Code starts again
    expect(await layout()).toEqual(groups);
    await window.page.locator('.tab', { hasText: 'App of' }).click();
    app = await window.frameWith('.frame > main');
    await app.getByText('The square is 4040100.').waitFor();
    await app.getByRole('slider', { name: 'Year' }).fill('2011');
    await app.getByText('The square is 4044121.').waitFor();
  });

  /** The names on the tabs of each group of editors. */
  async function layout(): Promise<string[][]> {
    const groups = await stage.window.page.locator('.editor-group-container').all();
    return Promise.all(groups.map((group) => group.locator('.tab .label-name').allInnerTexts()));
  }

  function focusNotebook(): Promise<void> {
    const cells = stage.window.page.locator('.notebookOverlay .cell-list-container').first();
    return cells.click({ position: { x: 20, y: 10 } });
  }

  async function drag(from: Locator, to: Locator): Promise<void> {
    const { mouse } = stage.window.page;
    const [start, end] = [await from.boundingBox(), await to.boundingBox()];
    await mouse.move(start!.x + 10, start!.y + 6);
    await mouse.down();
    await mouse.move(end!.x + end!.width / 2, end!.y + 10, { steps: 8 });
    await mouse.up();
  }
});
