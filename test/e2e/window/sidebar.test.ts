import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { THEMES } from '../../support/vscode/window.ts';
import { describeWindow } from '../../support/vscode/windowSuite.ts';

const files = {
  'memoir.json': '{ "cache": { "directory": "results" } }\n',
  'other.memoir.ts': '// %% One\n1\n',
  'slow.memoir.ts': `// %% Pause
const pause = 1500;

// %% Slow
await new Promise((done) => setTimeout(done, pause));
pause
`,
};

describeWindow('the sidebar in a window', { files }, (stage) => {
  const row = (text: string | RegExp) =>
    stage.window.page.locator('.sidebar .monaco-list-row', { hasText: text }).first();

  test('it says what to do before anything was measured', async () => {
    const { page } = stage.window;
    await page.locator('.activitybar [aria-label^="Memoir"]').first().click();
    await page.locator('.welcome-view-content', { hasText: 'Open Sample' }).first().waitFor();
    await stage.window.shot('sidebar-empty');
  });

  test('a slow cell raises an alert at its cell, in every section', async () => {
    const { window } = stage;
    await window.quickOpen('slow.memoir.ts');
    await window.runAll();
    await window.outputText(/^1500$/, 60_000);
    await row(/Slow took 1\.\d+ s/).waitFor();
    for (const section of ['Cache', 'Operations', 'Alerts', 'Recommendations', 'Resources'])
      await row(section).waitFor();
    await window.page.locator('.activitybar .badge-content', { hasText: '1' }).waitFor();
    await window.page.locator('.statusbar-item', { hasText: /hits/ }).first().waitFor();
    await window.shot('sidebar-alert');
  });

  test.each(Object.keys(THEMES) as (keyof typeof THEMES)[])('looks as it should in %s', async (theme) => {
    await stage.window.theme(theme);
    await stage.window.shot(`sidebar-${theme}`);
  });

  test('making the cell fast resolves the alert', async () => {
    const { window } = stage;
    const editor = window.page
      .locator('.notebookOverlay .monaco-editor .view-line', { hasText: 'const pause' })
      .first();
    await editor.click();
    await window.page.keyboard.press('End');
    await window.page.keyboard.press('ArrowLeft');
    for (let i = 0; i < 4; i += 1) await window.page.keyboard.press('Backspace');
    await window.page.keyboard.type('20');
    await window.page.keyboard.press('Shift+Enter');
    await window.outputText(/^20$/);
    await row(/Slow took/).waitFor({ state: 'detached' });
    await expect
      .poll(() => window.page.locator('.activitybar .badge-content:visible', { hasText: /\d/ }).count())
      .toBe(0);
  });

  test('memoir.json has said where results are kept; a value that means nothing is told with its place', async () => {
    const { window, folder } = stage;
    expect(existsSync(folder.file('results/records-2.sqlite'))).toBe(true);
    expect(existsSync(folder.file('.memoir'))).toBe(false);
    folder.write('memoir.json', '{\n  "cache": { "maxMB": "lots" }\n}\n');
    await window.quickOpen('other.memoir.ts');
    const told = 'memoir.json:2: cache.maxMB must be a number that is not negative; it is "lots".';
    await window.page.locator('.notification-toast', { hasText: told }).waitFor();
    await window.shot('memoir-json');
  });
});
