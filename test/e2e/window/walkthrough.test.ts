import { expect, test } from 'vitest';
import { describeWindow } from '../../support/vscode/windowSuite.ts';

const files = {
  'sum.ts': `export function sum(count: number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += i % 7;
  return total;
}
`,
};

describeWindow('the walkthrough', { files }, (stage) => {
  const doneSteps = () => stage.window.page.locator('.codicon-getting-started-step-checked').count();
  const walkthrough = () => stage.window.page.locator('.tab', { hasText: 'Welcome' });

  test('is among those of VS Code, with nothing done yet', async () => {
    const { window } = stage;
    await window.command('Welcome: Open Walkthrough...');
    await window.pick('Get started with Memoir');
    await window.page.getByText('Open the sample and run it').first().waitFor();
    expect(await doneSteps()).toBe(0);
    await window.page.waitForTimeout(2000); // the picture beside the steps is a page of its own
    await window.shot('walkthrough');
  });

  test('counts the sample as opened once its button was pressed', async () => {
    const { window } = stage;
    await window.page.locator('.gettingStartedContainer').getByText('Open Sample').first().click();
    await window.page.locator('.notebookOverlay .code-cell-row').first().waitFor();
    await window.runAll();
    const slider = await window.output('input[type=range]', 60_000);
    await walkthrough().click();
    await expect.poll(doneSteps).toBe(1);
    await window.page.locator('.tab', { hasText: 'birdstrikes.memoir.ts' }).click();
    await window.reveal(slider);
    await slider.focus();
  });

  test('counts the slider as moved', async () => {
    const { window } = stage;
    await window.page.keyboard.press('ArrowRight');
    await window.cellStatusShows('computed');
    await walkthrough().click();
    await expect.poll(doneSteps).toBe(2);
  });

  test('counts a cell as explained', async () => {
    const { window } = stage;
    await window.page.locator('.tab', { hasText: 'birdstrikes.memoir.ts' }).click();
    await window.page.locator('.cell-status-item', { hasText: 'computed' }).first().click();
    await window.page.locator('.notification-toast, .quick-input-widget:visible').first().waitFor();
    await window.shot('walkthrough-explained');
    await window.page.keyboard.press('Escape');
    await walkthrough().click();
    await expect.poll(doneSteps).toBe(3);
  });

  test('counts a function as profiled and the sidebar as seen', async () => {
    const { window } = stage;
    await window.quickOpen('sum.ts');
    await window.page.locator('.view-line', { hasText: 'function sum' }).waitFor();
    await window.page.keyboard.press('End');
    await window.command('Memoir: Profile Function');
    await window.page.locator('.quick-input-widget input').fill('[200000]');
    await window.page.keyboard.press('Enter');
    await window.frameWith('.flame, [class*=profile]', 60_000);
    await window.page.locator('.tab', { hasText: 'Welcome' }).first().click();
    await expect.poll(doneSteps, { timeout: 20_000 }).toBe(4);
    await window.command('Memoir: Focus on Performance View');
    await expect.poll(doneSteps).toBe(5);
    await window.shot('walkthrough-done');
  });
});
