import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { describeWindow } from '../../support/vscode/windowSuite.ts';

const files = {
  'types.memoir.ts': `// %% Rows
const flights = [{ origin: 'BOS', delay: 3 }];

// %% [sql] By origin
const byOrigin = await sql\`SELECT * FROM \${flights}\`;

// %% Show
byOrigin.rows()
`,
};

const PRETTIER = dirname(fileURLToPath(import.meta.resolve('prettier')));
const HAS_PROC = existsSync('/proc');

/** The language servers that run out of this folder of extensions; other windows have their own. */
function servers(extensions: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      const command = /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';
      return command.includes(extensions) && /dist\/language\.js/.test(command);
    } catch {
      return false; // it has just ended
    }
  });
}

describeWindow('types in a window', { files }, (stage) => {
  const ours = () => servers(stage.window.extensions);
  const editor = (text: string) =>
    stage.window.page.locator('.code-cell-row .monaco-editor', { hasText: text }).first();

  test('what is typed is completed with members of a value of another cell', async () => {
    const { page } = stage.window;
    await stage.window.quickOpen('types.memoir.ts');
    await editor('byOrigin.rows').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('byOrigin.rows()\nflights.');
    const suggested = page.locator('.suggest-widget .monaco-list-row:visible', { hasText: 'concat' });
    const isSuggested = async () => {
      await page.waitForTimeout(3000);
      if (await suggested.count()) return true;
      await page.keyboard.press('Control+Space'); // what was typed before the language server was there went unanswered
      return false;
    };
    await expect.poll(isSuggested, { timeout: 60_000 }).toBe(true);
    await stage.window.shot('language-completion');
    await page.keyboard.press('Escape');
    if (HAS_PROC) expect(ours()).toHaveLength(1);
  });

  test('renaming the table of an SQL cell changes the cell and its uses', async () => {
    const { page } = stage.window;
    for (let back = 0; back < 'flights.'.length + 1; back += 1) await page.keyboard.press('Backspace');
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('F2');
    const input = page.locator('.rename-box input');
    await input.waitFor();
    await input.fill('grouped');
    await page.keyboard.press('Enter');
    await stage.window.cellStatusShows('grouped');
    await editor('grouped.rows').waitFor();
  });

  test('a forgotten `await` is added where the promise is made', async () => {
    const { page } = stage.window;
    await editor('grouped.rows').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('const rows = grouped.rows();\nrows[0].origin');
    await page.keyboard.press('Home');
    const fix = page.locator('.action-widget .action', { hasText: "Add 'await' to initializer for 'rows'" });
    const isOffered = async () => {
      await page.keyboard.press('Control+Period');
      await page.waitForTimeout(1500);
      return fix.isVisible();
    };
    await expect.poll(isOffered, { timeout: 60_000 }).toBe(true);
    await fix.click();
    await editor('await grouped.rows()').waitFor();
  });

  test('a notebook is formatted as its workspace formats files, by Prettier', async () => {
    mkdirSync(stage.folder.file('node_modules'));
    symlinkSync(PRETTIER, stage.folder.file('node_modules/prettier'), 'junction');
    stage.folder.write('.prettierrc', '{"semi": false}');
    await stage.window.command('Notebook: Format Notebook');
    await editor('origin: "BOS"').waitFor();
  });

  test.runIf(HAS_PROC)('the language server ends with the last notebook', async () => {
    await stage.window.command('View: Revert and Close Editor');
    await expect.poll(ours, { timeout: 30_000 }).toEqual([]);
  });
});
