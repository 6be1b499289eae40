import { expect, test } from 'vitest';
import { drawingOn } from '../../support/canvas.ts';
import { describeWindow } from '../../support/vscode/windowSuite.ts';

const files = {
  'data/flights.csv': `origin,delay\n${Array.from({ length: 300 }, (_, i) => `${'ABCDE'[i % 5]},${(i * 7) % 120}`).join('\n')}\n`,
  'delays.memoir.ts': `// %% Load
import { chart, load, md, slider, sql } from 'memoir';
const flights = await load('data/flights.csv');
md\`Loaded by process \${process.pid}.\`

// %% Late
const late = slider('Minutes late', { min: 0, max: 120, step: 5, value: 15 });

// %% [sql] By airport
const byAirport = await sql\`
  SELECT origin, count(*) AS flights FROM \${flights} WHERE delay > \${late} GROUP BY origin ORDER BY origin\`;

// %% Chart
chart(byAirport, { mark: 'bar', x: 'origin', y: 'flights' })

// %% Words
md\`More than \${late} minutes late.\`
`,
};

describeWindow('a notebook in a window', { files }, (stage) => {
  test('opening it runs nothing', async () => {
    const { window } = stage;
    await window.quickOpen('delays.memoir.ts');
    await window.page.locator('.notebookOverlay .code-cell-row').first().waitFor();
    expect(await window.outputText()).not.toContain('Loaded by process');
  });

  test('running all draws the chart and labels every cell', async () => {
    const { window } = stage;
    await window.runAll();
    const canvas = await window.output('figure.chart canvas', 60_000);
    await expect.poll(async () => (await drawingOn(canvas)).colours, { timeout: 30_000 }).toBeGreaterThan(3);
    await expect.poll(() => window.outputText()).toContain('More than 15 minutes late.');
    for (const texts of await window.cellStatus()) expect(texts.join(' ')).toMatch(/\d+(\.\d+)? m?s/);
    await window.shot('notebook-run');
  });

  test('moving the slider by keyboard runs what depends on it and nothing else', async () => {
    const { window } = stage;
    const loaded = await processOf(() => window.outputText());
    const canvas = await window.output('figure.chart canvas');
    const before = await drawingOn(canvas);
    const slider = await window.output('input[type=range]');
    await slider.focus();
    await window.page.keyboard.press('ArrowRight');
    await expect.poll(() => window.outputText(), { timeout: 20_000 }).toContain('More than 20 minutes late.');
    await expect.poll(async () => (await drawingOn(canvas)).digest, { timeout: 20_000 }).not.toBe(before.digest);
    expect(await processOf(() => window.outputText())).toBe(loaded);
  });

  test('a reopened window shows the results without running anything', async () => {
    const { window } = stage;
    const loaded = await processOf(() => window.outputText());
    await window.reopen();
    const canvas = await window.output('figure.chart canvas', 60_000);
    await expect.poll(async () => (await drawingOn(canvas)).colours, { timeout: 30_000 }).toBeGreaterThan(3);
    await expect.poll(() => window.outputText()).toContain('More than 20 minutes late.');
    expect(await processOf(() => window.outputText())).toBe(loaded); // another run would be another process
    await window.shot('notebook-reopened');
  });
});

/** The process that the first cell ran in, as it tells. */
async function processOf(text: () => Promise<string>): Promise<string | undefined> {
  await expect.poll(text, { timeout: 20_000 }).toMatch(/Loaded by process \d+/);
  return /Loaded by process (\d+)/.exec(await text())?.[1];
}
