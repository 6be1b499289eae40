import { expect, test } from 'vitest';
import { drawingOn } from '../../support/canvas.ts';
import { describeWindow } from '../../support/vscode/windowSuite.ts';

const files = {
  'data/flights.csv': `origin,delay\n${Array.from({ length: 300 }, (_, i) => `${'ABCDE'[i % 5]},${(i * 7) % 120}`).join('\n')}\n`,
  'delays.memoir.ts': `// %% Load
import { chart, load, md, slider, sql } from 'memoir';
const flights = await load('data/flights.csv');
globalThis.runs = (globalThis.runs ?? 0) + 1;
md\`Loaded in run \${globalThis.runs} of process \${process.pid}.\`

// %% Late
const late = slider('Minutes late', { min: 0, max: 120, step: 5, value: 15 });

// %% Words
md\`More than \${late} minutes late.\`

// %% [sql] By airport
const byAirport = await sql\`
  SELECT origin, count(*) AS flights FROM \${flights} WHERE delay > \${late} GROUP BY origin ORDER BY origin\`;

// %% Chart
chart(byAirport, { mark: 'bar', x: 'origin', y: 'flights' })
`,
  'states.memoir.ts': `// %% Off {"disabled": true}
const off = 1;

// %% Below
off + 1

// %% On
'on'

// %% For ever
await new Promise(() => {})
`,
};

/** What the first cell says anew each time it runs, and only then. */
const RUN = /Loaded in run \d+ of process \d+/;

describeWindow('a notebook in a window', { files }, (stage) => {
  test('opening it runs nothing', async () => {
    const { window } = stage;
    await window.quickOpen('delays.memoir.ts');
    await window.cellStatusShows('stale');
    for (const texts of await window.cellStatus()) expect(texts.join()).toContain('stale');
  });

  test('running all draws the chart and labels every cell', async () => {
    const { window } = stage;
    await window.runAll();
    await window.outputText(/More than 15 minutes late/, 60_000);
    const canvas = await window.output('figure.chart canvas');
    await expect.poll(async () => (await drawingOn(canvas)).colours, { timeout: 30_000 }).toBeGreaterThan(3);
    for (const texts of await window.cellStatus()) expect(texts.join()).toMatch(/computed · [\d.]+ m?s/);
    await window.shot('notebook-run');
  });

  test('the graph shows who feeds whom, and a click on a cell leads to it', async () => {
    const { window } = stage;
    await window.command('Memoir: Show Graph');
    const frame = await window.frameWith('svg .node');
    expect(await frame.locator('.node').count()).toBe(5);
    const chart = frame.getByRole('button', { name: /^Chart, .*takes from By airport/ });
    await window.shot('notebook-graph');
    await chart.press('Enter');
    await window.page.locator('.notebookOverlay .code-cell-row.focused', { hasText: 'chart(byAirport' }).waitFor();
    expect(await window.page.locator('.tab', { hasText: /^delays/ }).count()).toBe(1);
    await window.page.locator('.tab', { hasText: 'Graph of' }).click();
    await window.command('View: Close Editor');
  });

  test('moving the slider by keyboard runs what depends on it and nothing else', async () => {
    const { window } = stage;
    const run = await window.outputText(RUN);
    const canvas = await window.output('figure.chart canvas');
    const before = await drawingOn(canvas);
    const slider = await window.output('input[type=range]');
    await window.reveal(slider);
    await slider.focus();
    await window.page.keyboard.press('ArrowRight');
    await window.outputText(/More than 20 minutes late/);
    await window.reveal(canvas);
    await expect.poll(async () => (await drawingOn(canvas)).digest, { timeout: 20_000 }).not.toBe(before.digest);
    await window.reveal(slider);
    expect(await window.outputText(RUN)).toBe(run);
  });

  test('moving it back shows what is remembered', async () => {
    const { window } = stage;
    const slider = await window.output('input[type=range]');
    await slider.focus();
    await window.page.keyboard.press('ArrowLeft');
    await window.outputText(/More than 15 minutes late/);
    await window.cellStatusShows(/memory|disk/);
    await window.shot('notebook-back');
  });

  test('Ctrl+Enter runs a cell, a disabled one is not shown as queued, and Interrupt ends one that runs', async () => {
    const { page } = stage.window;
    const cell = (text: string) => page.locator('.notebookOverlay:visible .code-cell-row', { hasText: text });
    await stage.window.quickOpen('states.memoir.ts');
    await cell("'on'").locator('.view-lines').click();
    await page.keyboard.press('Control+Enter');
    await cell("'on'").getByText('computed').waitFor();
    await page.locator('.notebook-toolbar-container:visible').getByRole('button', { name: 'Run All' }).click();
    await cell('Promise').getByText('running').waitFor();
    expect(await cell('const off').locator('.codicon-notebook-state-pending').count()).toBe(0);
    await page.locator('.notebook-toolbar-container:visible').getByRole('button', { name: 'Interrupt' }).click();
    await cell('Promise').getByText('interrupted').waitFor();
  });

  test('the graph shows cells that are disabled, and those that wait for them', async () => {
    const { window } = stage;
    await window.command('Memoir: Show Graph');
    const frame = await window.frameWith('svg .node.disabled');
    await frame.getByText('waiting for Off').waitFor();
    await window.page.locator('.tab', { hasText: 'Graph of' }).click();
    await window.command('View: Close Editor');
    await window.page.locator('.tab', { hasText: 'states.memoir.ts' }).click();
    await window.command('View: Close Editor');
  });

  test('a reopened window shows the results without running anything', async () => {
    const { window } = stage;
    const run = await window.outputText(RUN);
    await window.reopen();
    await window.outputText(/More than 15 minutes late/, 60_000);
    expect(await window.outputText(RUN)).toBe(run);
    await window.reveal(await window.output('figure.chart', 60_000));
    const canvas = await window.output('figure.chart canvas', 60_000);
    await expect.poll(async () => (await drawingOn(canvas)).colours, { timeout: 30_000 }).toBeGreaterThan(3);
    for (const texts of await window.cellStatus()) expect(texts.join()).toMatch(/memory|disk/);
    await window.shot('notebook-reopened');
  });

  test('in a folder that is not trusted it shows the results as text and runs nothing', async () => {
    const { window } = stage;
    await window.reopen({ trusted: false });
    await window.page.getByText('Restricted Mode').first().waitFor({ timeout: 60_000 });
    await window.outputText(/More than 15 minutes late/, 60_000);
    const frame = await window.frameWith('#container');
    expect(await frame.locator('input[type=range], canvas').count()).toBe(0);
    await window.shot('notebook-restricted');
    await window.command('Memoir: Run What Is Stale');
    await window.page.getByText('This folder is not trusted, so Memoir does not run its code.').first().waitFor();
  });
});
