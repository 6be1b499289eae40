import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MIME, type Output, type OutputItem } from '../../src/protocol/output.ts';
import { PAGE_THEMES } from '../../webview/pageTheme.ts';
import { memoirJson } from '../support/memoir.ts';
import { NotebookPage } from './support/notebookPage.ts';

const examples = resolve(import.meta.dirname, '../../examples');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const shots = process.env.MEMOIR_SHOTS;

interface Report {
  readonly cells: readonly {
    readonly title: string;
    readonly status: string;
    readonly outputs: readonly OutputItem[];
  }[];
}

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Every widget and kind of output, as the sample gallery shows them. */
describe('the gallery', () => {
  let notebook: NotebookPage;
  let outputs: readonly Output[];
  beforeAll(async () => {
    const { cells } = await memoirJson<Report>(examples, ['run', 'gallery.memoir.ts', '--no-cache']);
    expect(cells.map(({ status }) => status)).toEqual(cells.map(() => 'computed'));
    notebook = await NotebookPage.open();
    await notebook.setTheme(PAGE_THEMES.light);
    await notebook.page.setViewportSize({ width: 900, height: 1200 });
    outputs = cells.flatMap((cell) => outputsOf(cell.outputs));
    for (const [i, output] of outputs.entries()) await notebook.render(`output-${i}`, output);
    await notebook.page.locator('.diagram svg').waitFor();
  }, 180_000);
  afterAll(() => notebook.close());

  test('is drawn without a problem', async () => {
    expect(notebook.problems).toEqual([]);
    expect(await notebook.page.locator('.problem').count()).toBe(0);
  });

  test.each(Object.entries(PAGE_THEMES))('has no serious finding of axe-core in the %s theme', async (name, theme) => {
    await notebook.setTheme(theme);
    if (shots) await takeShot(notebook, name);
    expect(await serious(notebook)).toEqual([]);
  });

  test('has no serious finding where nothing in it can be moved', async () => {
    await notebook.setTheme(PAGE_THEMES.light);
    for (const [i, output] of outputs.entries()) await notebook.render(`output-${i}`, still(output));
    await notebook.page.locator('.options input:disabled').first().waitFor();
    expect(await serious(notebook)).toEqual([]);
  });
});

/** What axe-core finds that keeps somebody out. */
async function serious(notebook: NotebookPage): Promise<string[]> {
  await notebook.page.evaluate('document.title = "Gallery"; document.documentElement.lang = "en"');
  await notebook.page.evaluate(axe);
  const violations = (await notebook.page.evaluate(
    'axe.run(document, { resultTypes: ["violations"], rules: { region: { enabled: false } } }).then((r) => r.violations)',
  )) as Violation[];
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').flatMap(textOf);
}

/** An output whose widgets are disabled. */
function still(output: Output): Output {
  return JSON.parse(JSON.stringify(output), (key, value) =>
    key === 'options' && value && !Array.isArray(value) ? { ...value, disabled: true } : value,
  );
}

/** A cell's formats, one output after the other: text ends each. */
function outputsOf(items: readonly OutputItem[]): Output[] {
  const outputs: OutputItem[][] = [[]];
  for (const item of items) {
    outputs.at(-1)!.push(item);
    if (item.mime === MIME.text) outputs.push([]);
  }
  return outputs.filter(({ length }) => length).map((all) => ({ items: all }));
}

function textOf({ id, nodes }: Violation): string[] {
  return nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`);
}

async function takeShot({ page }: NotebookPage, name: string): Promise<void> {
  mkdirSync(shots!, { recursive: true });
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(shots!, `gallery-${name}.png`), fullPage: true });
}
