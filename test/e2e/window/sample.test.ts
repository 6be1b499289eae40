import { expect, test } from 'vitest';
import { drawingOn } from '../../support/canvas.ts';
import { THEMES } from '../../support/vscode/window.ts';
import { describeWindow } from '../../support/vscode/windowSuite.ts';

describeWindow('the sample notebook', {}, (stage) => {
  test('opens by a command and runs to its chart', async () => {
    const { window } = stage;
    await window.command('Memoir: Open Sample');
    await window.page.locator('.notebookOverlay .code-cell-row').first().waitFor();
    await window.runAll();
    await window.reveal(await window.output('table', 60_000));
    await window.page.mouse.wheel(0, 500); // what is off screen, VS Code draws late
    const canvas = await window.output('figure.chart canvas', 60_000);
    await window.reveal(canvas);
    await expect.poll(() => drawingOn(canvas).then((it) => it.colours), { timeout: 30_000 }).toBeGreaterThan(8);
    await window.shot('sample');
  });

  test('its chart follows the slider', async () => {
    const { window } = stage;
    const canvas = await window.output('figure.chart canvas');
    const before = await drawingOn(canvas);
    const slider = await window.output('input[type=range]');
    await window.reveal(slider);
    await slider.focus();
    await window.page.keyboard.press('End');
    await window.reveal(canvas);
    await expect.poll(async () => (await drawingOn(canvas)).digest, { timeout: 30_000 }).not.toBe(before.digest);
  });

  test.each(Object.keys(THEMES) as (keyof typeof THEMES)[])('looks as it should in %s', async (theme) => {
    await stage.window.theme(theme);
    const canvas = await stage.window.output('figure.chart canvas');
    await expect.poll(() => drawingOn(canvas).then((it) => it.colours), { timeout: 10_000 }).toBeGreaterThan(8);
    await stage.window.shot(`sample-${theme}`);
  });
});
