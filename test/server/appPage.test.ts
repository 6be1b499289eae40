import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ServedApp, ServeOptions } from '../../src/cli/app.ts';
import { chromiumArguments, findChromium } from '../support/chromium.ts';
import { ServedFolder } from './served.ts';

const NOTEBOOK = `// %% [markdown]
// # All kinds of layout
// With \`code\`, a [link](https://example.com) and <script>window.stolen = true</script>no script.

// %% Year {"layout": "sidebar"}
import { accordion, checkbox, chart, html, md, select, slider, tableView, tabs } from 'memoir';
const year = slider('Year', { min: 2000, max: 2025, value: 2020 });

// %% Kind {"layout": "sidebar"}
const kind = select('Kind', ['bar', 'line']);

// %% Rows
const rows = Array.from({ length: 12 }, (_, i) => ({ month: i + 1, value: (i * year) % 17 }));

// %% Left {"layout": {"width": 6}}
chart(rows, { mark: kind, x: 'month', y: 'value' })

// %% Right {"layout": {"width": 6}}
tableView(rows)

// %% First {"layout": {"tab": "Words"}}
md\`The year is **\${year}**.\`

// %% Second {"layout": {"tab": "Frame"}}
html\`<p id="p">plain</p><script>try { parent.document.title = 'stolen' } catch { document.getElementById('p').textContent = 'kept apart'; }</script>\`

// %% Nobody sees this {"layout": "hidden"}
md\`A secret.\`

// %% Last {"layout": {"order": 0.5}}
md\`Above everything.\`

// %% Unfold
accordion({ More: tabs({ Words: md\`Few.\`, Picture: chart(rows, { mark: 'bar', x: 'month', y: 'value' }) }) })

// %% Value
[year, 'text', true, null]

// %% Broken
if (year === 2025) throw new Error('That year is not over yet.');
`;

let browser: Browser;
let folder: ServedFolder;
let app: ServedApp;
let context: BrowserContext;
let said: string[];
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findChromium()!, args: chromiumArguments });
  folder = new ServedFolder(NOTEBOOK);
  app = await folder.serve({ token: 'secret' });
});
afterAll(async () => {
  await browser.close();
  await folder.close();
});
afterEach(() => context.close());

async function open(search = '', options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
  context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  said = [];
  return visit(search);
}

async function visit(search = ''): Promise<Page> {
  const page = await context.newPage();
  page.on('console', (message) => message.type() === 'error' && said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  await page.goto(`${app.url.origin}/?token=secret${search}`);
  await page.getByText('The year is').waitFor();
  return page;
}

/** Serves on the same port again, as after a restart. */
async function serveAgain(options: ServeOptions): Promise<ServedApp> {
  return folder.serve({ token: 'secret', port: Number(app.url.port), ...options });
}

async function moveYear(page: Page, to: number): Promise<void> {
  await page.getByRole('slider', { name: 'Year' }).fill(String(to));
}

describe('an app in a browser', () => {
  test('two readers move their own widgets, whose places are in the address', async () => {
    const one = await open('&kind=line');
    const two = await visit();
    await moveYear(one, 2011);
    await one.getByText('The year is 2011').waitFor();
    await expect.poll(() => new URL(one.url()).search).toBe('?kind=line&year=2011');
    await two.getByText('The year is 2020').waitFor();
    await one.reload();
    await one.getByText('The year is 2011').waitFor();
    expect(await one.getByRole('combobox', { name: 'Kind' }).textContent()).toContain('line');
    const three = await visit(new URL(one.url()).search.replace('?', '&'));
    await three.getByText('The year is 2011').waitFor();
    expect(said).toEqual([]);
  });

  test('is put back by keyboard to where it stood at first', async () => {
    const page = await open('&kind=line');
    const reset = page.getByRole('button', { name: 'Reset' });
    await moveYear(page, 2011);
    await page.getByText('The year is 2011').waitFor();
    await reset.press('Enter');
    await page.getByText('The year is 2020').waitFor();
    expect(await page.getByRole('slider', { name: 'Year' }).inputValue()).toBe('2020');
    await expect.poll(() => new URL(page.url()).search).toBe('');
    await reset.waitFor({ state: 'hidden' });
  });

  test('comes back after a drop without losing what was moved, also meanwhile', async () => {
    const page = await open();
    await moveYear(page, 2005);
    await page.getByText('The year is 2005').waitFor();
    await folder.end(app);
    await page.getByText('The connection is lost').waitFor();
    await moveYear(page, 2006);
    app = await serveAgain({});
    await page.getByText('The year is 2006').waitFor();
    await page.getByText('The connection is lost').waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe('?year=2006');
  });

  test('goes to sleep when nobody uses it, and wakes with everything in its place', async () => {
    const page = await open();
    await moveYear(page, 2007);
    await page.getByText('The year is 2007').waitFor();
    await folder.end(app);
    app = await serveAgain({ idleMs: 500 });
    await page.getByText('went to sleep').waitFor();
    await page.mouse.click(600, 600);
    await page.getByText('went to sleep').waitFor({ state: 'detached' });
    await page.getByText('The year is 2007').waitFor();
    await folder.end(app);
    app = await serveAgain({});
  });

  test('keeps cells where their options put them', async () => {
    const page = await open();
    const box = async (text: string) => (await page.getByText(text).first().boundingBox())!;
    expect((await box('Above everything.')).y).toBeLessThan((await box('All kinds of layout')).y);
    expect(await page.getByText('A secret.').count()).toBe(0);
    expect(await page.locator('aside').getByRole('slider').count()).toBe(1);
    const cell = (index: number) => page.locator(`[data-cell=c${index}]`);
    const [left, right] = [(await cell(4).boundingBox())!, (await cell(5).boundingBox())!];
    expect(left.y).toBe(right.y);
    expect(Math.abs(left.width - right.width)).toBeLessThan(2);
    await page.setViewportSize({ width: 420, height: 900 });
    expect((await cell(5).boundingBox())!.y).toBeGreaterThan((await cell(4).boundingBox())!.y);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(420);
  });

  test('opens tabs with the keyboard, and shows HTML where it reaches nothing', async () => {
    const page = await open();
    await page.getByRole('tab', { name: 'Words' }).press('ArrowRight');
    expect(await page.getByRole('tab', { name: 'Frame' }).getAttribute('aria-selected')).toBe('true');
    await page.frameLocator('iframe').getByText('kept apart').waitFor();
    expect(await page.title()).toBe('All kinds of layout');
    expect(await page.evaluate("'stolen' in window")).toBe(false);
    expect(said.filter((text) => !text.includes('cross-origin'))).toEqual([]);
  });

  test('says in a sentence what went wrong', async () => {
    const page = await open('&year=2025&yeer=1');
    await page.getByRole('alert').getByText('That year is not over yet.').waitFor();
  });

  test.each(['light', 'dark'] as const)(
    'has no serious fault for those who do not see it, when it is %s',
    async (colorScheme) => {
      const page = await open('&year=2025', { colorScheme, reducedMotion: 'reduce' });
      await page.getByRole('alert').waitFor();
      await page.evaluate(axe.source);
      const findings = (await page.evaluate(
        "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, impact, nodes }) => [impact, id, nodes.map((node) => [String(node.target), node.failureSummary])]))",
      )) as [string, string, unknown][];
      expect(findings.filter(([impact]) => ['serious', 'critical'].includes(impact))).toEqual([]);
    },
  );

  test('is light on paper, with every tab open and nothing to press', async () => {
    const page = await open('', { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    await page.locator('body.vscode-light').waitFor();
    expect(await page.locator('.tab-list').isVisible()).toBe(false);
    expect(await page.locator('.grid[data-tab=Frame]').isVisible()).toBe(true);
    expect(await page.evaluate('getComputedStyle(document.body).printColorAdjust')).toBe('exact'); // and all that it holds
    expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(10_000);
  });

  test('is printed by key when all that is folded away is drawn, and folded again then', async () => {
    const page = await open();
    const picture = page.locator('.accordion canvas');
    await page.evaluate('window.print = () => { window.printed = true; }');
    await page.keyboard.press('Control+p');
    await page.waitForFunction('window.printed');
    expect((await picture.boundingBox())!.width).toBeGreaterThan(300);
    await page.evaluate("dispatchEvent(new Event('afterprint'))");
    await picture.waitFor({ state: 'hidden' });
  });
});
