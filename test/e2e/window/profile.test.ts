import { existsSync, readFileSync } from 'node:fs';
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
  'src/trouble.ts': `import { writeFileSync } from 'fs';

export function saves(path: string): void {
  writeFileSync(path, 'x');
}

export function fails(text: string): void {
  const parsed = JSON.parse(text);
  if (parsed) throw new RangeError('too much');
}

export function hangs(): void {
  let i = 0;
  for (;;) i = Math.sin(i) + 1;
}

export function grows(): unknown[] {
  const all: unknown[] = [];
  for (;;) all.push({ all: [1, 2, 3, all.length] });
}
`,
  'src/cells.memoir.ts': `// %% Count
const count = 30_000;

// %% Rounds
const hash = (value: number) => {
  let h = value;
  for (let k = 0; k < 300; k++) h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) + k;
  return h;
};
let sum = 0;
for (let i = 0; i < count; i++) sum += hash(i);
`,
  'nightly.ts': `import { report } from './src/report.ts';

report(3000);
report(4000);
`,
  'src/prices.ts': `export function price(item: number): number {
  let cents = item;
  for (let k = 0; k < 30; k++) cents = (cents * 31 + k) % 1009;
  return cents;
}
`,
};

const call = (id: number, functionName: string, children: number[] = []) => {
  const callFrame = { functionName, scriptId: '1', url: 'file:///home/reader/old.js', lineNumber: id, columnNumber: 0 };
  return { id, callFrame, hitCount: 0, children };
};

/** As another program would have written it. */
const PROFILE = {
  nodes: [call(1, '(root)', [2]), call(2, 'main', [3, 4]), call(3, 'hash'), call(4, 'price')],
  startTime: 0,
  endTime: 9000,
  samples: [3, 3, 4, 2, 3, 4],
  timeDeltas: [0, 2000, 2000, 1000, 1000, 3000],
};

const HEAP = {
  head: { ...call(1, '(root)'), selfSize: 0, children: [{ ...call(2, 'allocate'), selfSize: 4096, children: [] }] },
  samples: [{ size: 4096, nodeId: 2, ordinal: 1 }],
};

const settings = {
  'memoir.profile.codeLens': true,
  'memoir.profile.seconds': 4,
  'files.simpleDialog.enable': true, // the browser's own dialog cannot be driven
};

/** What will be so once the editor has drawn it. */
const soon = <T>(what: () => Promise<T>) => expect.poll(what, { timeout: 30_000 });

describeWindow(
  'Profile Function in a window',
  {
    files: { ...files, 'old.cpuprofile': JSON.stringify(PROFILE), 'old.heapprofile': JSON.stringify(HEAP) },
    settings,
  },
  (stage) => {
    /** Profiles the function around a line of the open file; without `args` it takes none and is not asked for any. */
    async function profile(line: string, args: string | null): Promise<void> {
      const { window } = stage;
      await window.page.locator('.monaco-editor .view-line', { hasText: line }).first().click();
      await window.command('Memoir: Profile Function');
      if (args === null) return;
      await window.page.locator('.quick-input-widget', { hasText: 'Arguments of' }).waitFor();
      await window.page.locator('.quick-input-widget input').fill(args);
      await window.page.keyboard.press('Enter');
    }

    /** What the panel says of how it went, once it speaks of this function. */
    async function banner(name: string): Promise<string> {
      await expect
        .poll(async () => (await (await stage.window.output('h1', 60_000)).textContent()) ?? '', { timeout: 60_000 })
        .toContain(name);
      return (await (await stage.window.output('.banner')).textContent()) ?? '';
    }

    /** Texts that decorations put at line ends: rules of VS Code's own style sheets. */
    async function lineEnds(): Promise<string> {
      const rules = '[...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).map((rule) => rule.cssText)';
      return ((await stage.window.page.evaluate(rules)) as string[])
        .filter((rule) => /content: "/.test(rule))
        .join('\n'); // an array of texts
    }

    /** The pictures in the gutter of the open editor, decoded. */
    async function gutter(): Promise<string[]> {
      const marks = (await stage.window.page.evaluate(
        `[...document.querySelectorAll('.glyph-margin-widgets > div')].map((one) => getComputedStyle(one).backgroundImage)`,
      )) as string[]; // an array of texts
      const images = marks.flatMap((image) => /base64,([^")]+)/.exec(image)?.[1] ?? []);
      return images.map((image) => Buffer.from(image, 'base64').toString());
    }

    test('the palette asks for arguments and shows the hot lines in a panel', async () => {
      const { window } = stage;
      await window.quickOpen('report.ts');
      await profile('sum += hash', '[20000]');
      const heading = await window.output('h1', 60_000);
      expect(await heading.textContent()).toContain('report');
      const lines = await window.output('table');
      expect(await lines.locator('tbody tr').first().textContent()).toContain('Math.imul');
    });

    test('the hot line has its share in the gutter and its interval at the end', async () => {
      await soon(lineEnds).toMatch(/content: "\d+ % ± \d+"/);
      await soon(async () => (await gutter()).join()).toMatch(/>[5-9]\d<\/text>/);
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
      await soon(() => page.locator('.sidebar .monaco-list-row', { hasText: /report/ }).count()).toBeGreaterThan(1);
      await stage.window.shot('profile-sidebar');
    });

    test('an edit turns the heat grey and takes it along; undoing it brings it back', async () => {
      const { page } = stage.window;
      await page.locator('.monaco-editor .view-line', { hasText: 'let h = value' }).first().click();
      await page.keyboard.press('Home');
      await page.keyboard.press('Enter');
      await soon(lineEnds).toContain('before the edit');
      await soon(async () => (await gutter()).every((image) => image.includes('fill="none"'))).toBe(true);
      await stage.window.shot('profile-edited');
      await page.keyboard.press('Control+Z');
      await soon(lineEnds).not.toContain('before the edit');
    });

    test('a function that writes a file is called again only when the reader agrees', async () => {
      const { window, folder } = stage;
      await window.quickOpen('trouble.ts');
      await profile("writeFileSync(path, 'x')", JSON.stringify([folder.file('out.txt')]));
      const dialog = window.page.locator('.monaco-dialog-box', { hasText: 'files written' });
      await dialog.waitFor();
      await window.shot('profile-consent');
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      expect(await banner('saves')).toContain('Called once');
    });

    test('an error is told in the panel and stands at its line', async () => {
      await profile('const parsed', `['{}']`);
      expect(await banner('fails')).toContain('RangeError: too much');
      await soon(lineEnds).toContain('RangeError: too much');
      await stage.window.shot('profile-threw');
    });

    test('an endless loop ends at the deadline with the lines it was on', async () => {
      await profile('i = Math.sin', null);
      expect(await banner('hangs')).toContain('Stopped at its deadline');
      const row = (await stage.window.output('table')).locator('tbody tr').first();
      expect(await row.textContent()).toContain('Math.sin');
      await stage.window.shot('profile-deadline');
    });

    test('running out of memory is said', async () => {
      // collecting garbage takes its time on a busy machine; what a machine allows is not among a browser's own settings
      stage.window.configure({ 'memoir.profile.seconds': 40, 'memoir.profile.maxMemoryMB': 96 });
      await profile('const all: unknown', null);
      expect(await banner('grows')).toContain('Ran out of memory');
      await stage.window.shot('profile-memory');
      stage.window.configure({ 'memoir.profile.seconds': 4 });
    });

    test('a cell is profiled by its command, with heat inside the cell', async () => {
      const { window } = stage;
      await window.quickOpen('cells.memoir.ts');
      await window.page.locator('.notebookOverlay .view-line', { hasText: 'hash(i)' }).first().click();
      await window.command('Memoir: Profile Cell');
      await expect.poll(async () => (await window.output('h1')).textContent(), { timeout: 60_000 }).toBe('Rounds');
      const marks = window.page.locator('.notebookOverlay .glyph-margin-widgets > div');
      await soon(() => marks.count()).toBeGreaterThan(0);
      await window.shot('profile-cell');
    });

    test('a lens above a function profiles it, and its profile can be saved', async () => {
      const { window, folder } = stage;
      await window.quickOpen('report.ts');
      await window.page.locator('.codelens-decoration a', { hasText: 'Profile' }).first().click();
      await window.page.locator('.quick-input-widget', { hasText: 'Arguments of report' }).waitFor();
      await window.page.keyboard.press('Enter'); // those of last time
      await expect.poll(async () => (await window.output('h1')).textContent(), { timeout: 60_000 }).toContain('report');
      await (await window.output('button.secondary')).click();
      await window.page.locator('.quick-input-widget input').waitFor();
      await window.page.keyboard.press('Enter');
      await expect.poll(() => existsSync(folder.file('src/report.cpuprofile')), { timeout: 20_000 }).toBe(true);
      expect(readFileSync(folder.file('src/report.cpuprofile'), 'utf8')).toContain('"functionName":"hash"');
    });

    test('calls of a run are captured in the terminal, and the function is profiled with them', async () => {
      const { page } = stage.window;
      await page.locator('.monaco-editor .view-line', { hasText: 'sum += hash' }).first().click();
      await stage.window.command('Memoir: Capture Arguments of Function');
      await page.locator('.quick-input-widget', { hasText: 'Which program' }).waitFor();
      await page.locator('.quick-input-widget input').fill('nightly.ts');
      await page.keyboard.press('Enter');
      const told = page.locator('.notification-toast', { hasText: '2 calls of report captured' });
      await told.getByRole('button', { name: 'Profile Function' }).click({ timeout: 60_000 });
      await page.locator('.quick-input-widget .monaco-list-row', { hasText: '2 captured calls in turn' }).click();
      await expect
        .poll(async () => (await (await stage.window.output('h1')).textContent()) ?? '', { timeout: 60_000 })
        .toContain('2 captured calls');
      await stage.window.shot('profile-captured');
    });

    test('a heap profile opens with its bytes', async () => {
      const { window } = stage;
      await window.quickOpen('old.heapprofile');
      const frame = await window.frameWith('h1:has-text("old.heapprofile")', 60_000);
      await frame.locator('[role=tab]', { hasText: 'Bottom-up' }).click();
      const row = frame.locator('[role=treegrid] tr', { hasText: 'allocate' }).first();
      await soon(async () => (await row.textContent()) ?? '').toContain('4.1 kB');
    });

    test('a profile file opens as flame charts, bottom-up and call tree', async () => {
      const { window } = stage;
      await window.quickOpen('old.cpuprofile');
      const frame = await window.frameWith('[role=tab]:has-text("In time")', 60_000);
      const canvas = frame.locator('canvas').first();
      await soon(async () => (await drawingOn(canvas)).colours).toBeGreaterThan(3);
      await frame.locator('[role=tab]', { hasText: 'Bottom-up' }).click();
      await frame.locator('[role=treegrid] tr', { hasText: 'hash' }).first().waitFor();
      await window.shot('profile-file');
    });

    test('panel and heat are there again when the window is opened again, until the heat is cleared', async () => {
      const { window } = stage;
      await window.reopen();
      await window.frameWith('h1:has-text("report(2 captured calls)")', 60_000);
      await window.quickOpen('report.ts');
      await soon(async () => (await gutter()).length).toBeGreaterThan(0);
      await window.command('Memoir: Clear Profile Heat');
      await soon(async () => (await gutter()).length).toBe(0);
    });
  },
);
