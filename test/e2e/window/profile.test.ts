import { expect, test } from 'vitest';
import { drawingOn } from '../../support/canvas.ts';
import { THEMES } from '../../support/vscode/window.ts';
import { describeWindow } from '../../support/vscode/windowSuite.ts';

const files = {
  'src/report.ts': `import { price } from './prices.ts';

export function report(count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += hash(i) + price(i);
  return sum;
}

function hash(value: number): number {
  let h = value;
  for (let k = 0; k < 300; k++) h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) + k;
  return Math.abs(h) % 1000;
}
`,
  'src/prices.ts': `export function price(item: number): number {
  let cents = item;
  for (let k = 0; k < 30; k++) cents = (cents * 31 + k) % 1009;
  return cents;
}
`,
};

describeWindow('Profile Function in a window', { files }, (stage) => {
  test('the palette asks for arguments and shows the hot lines in a panel', async () => {
    const { window } = stage;
    await window.quickOpen('report.ts');
    await window.page.locator('.monaco-editor .view-line', { hasText: 'sum += hash' }).first().click();
    await window.command('Memoir: Profile Function');
    const input = window.page.locator('.quick-input-widget input');
    await input.fill('[20000]');
    await window.page.keyboard.press('Enter');
    const heading = await window.output('h1', 60_000);
    expect(await heading.textContent()).toContain('report');
    const lines = await window.output('table');
    expect(await lines.locator('tbody tr').first().textContent()).toContain('Math.imul');
  });

  test('the hot line is marked in the editor with its share', async () => {
    const { page } = stage.window;
    const styles = '[...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).map((rule) => rule.cssText)';
    const rules = (await page.evaluate(styles)) as string[]; // decorations are rules of VS Code's own style sheets
    const marked = rules.some((rule) => /content: "\d+ % ± \d+"/.test(rule));
    expect(marked).toBe(true);
    await stage.window.shot('profile');
  });

  test('the flame chart is drawn', async () => {
    const canvas = await stage.window.output('canvas');
    await canvas.scrollIntoViewIfNeeded();
    await expect.poll(async () => (await drawingOn(canvas)).colours, { timeout: 20_000 }).toBeGreaterThan(3);
    await stage.window.shot('profile-flame');
  });

  test.each(Object.keys(THEMES) as (keyof typeof THEMES)[])('looks as it should in %s', async (theme) => {
    await stage.window.theme(theme);
    await stage.window.shot(`profile-${theme}`);
  });

  test('the profile is kept in the list, and the function is an operation of the sidebar', async () => {
    const { page } = stage.window;
    await page.locator('.activitybar [aria-label^="Memoir"]').first().click();
    await page
      .locator('.sidebar .monaco-list-row', { hasText: /report.*ms/ })
      .first()
      .waitFor();
    await expect
      .poll(() => page.locator('.sidebar .monaco-list-row', { hasText: /report/ }).count())
      .toBeGreaterThan(1);
    await stage.window.shot('profile-sidebar');
  });
});
