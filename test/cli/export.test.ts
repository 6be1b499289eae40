import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumArguments, findChromium } from '../support/chromium.ts';
import { memoir, memoirJson } from '../support/memoir.ts';
import { TempFolder } from '../support/temp.ts';

const NOTEBOOK = `// %% [markdown]
// # Years </script> & <b>more</b>
//
// ![A dot](dot.png) ![Outside](../outside.png)

// %% Told {"hideCode": true}
const _word = year > 2021 ? 'late' : 'early';
md\`The square is **\${square}**, \${_word}.\`

// %% Year
import { chart, md, mermaid, select, slider, sql, text } from 'memoir';
const year = slider('Year', { min: 2020, max: 2023 });
const who = text('Who', { value: '</script><script>window.stolen = 1</script>' });

// %% Square
const square = year * year;
const _word = 'squared';
console.log(_word);

// %% [sql] Table
const numbers = await sql\`SELECT 1 AS a, 'x|y' AS b UNION ALL SELECT \${year}, 'z'\`;

// %% Chart
chart(numbers, { mark: 'bar', x: 'a', y: 'b' })

// %% Diagram
mermaid('graph LR; Year --> Squared')

// %% Wrong
if (year === 2023) throw new Error('no');
(() => who.length)()
`;

const dist = resolve(process.env.MEMOIR_TEST_DIST ?? 'dist');
const DOT = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

let folder: TempFolder;
let browser: Browser;
beforeAll(async () => {
  folder = new TempFolder({ 'in/years.memoir.ts': NOTEBOOK, 'in/dot.png': DOT, 'outside.png': DOT });
  mkdirSync(folder.file('in/node_modules'));
  const link = folder.file('in/node_modules/memoir');
  mkdirSync(link);
  writeFileSync(`${link}/package.json`, readFileSync(resolve('package.json')));
  symlinkSync(dist, `${link}/dist`, 'junction');
  browser = await chromium.launch({ executablePath: findChromium()!, args: chromiumArguments });
});
afterAll(async () => {
  await browser.close();
  folder.dispose();
});

const inside = () => folder.file('in');
const read = (name: string) => readFileSync(folder.file(`in/${name}`), 'utf8');

async function open(name: string, search = ''): Promise<{ page: Page; wrong: string[] }> {
  const page = await browser.newPage();
  const wrong: string[] = [];
  page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
  page.on('pageerror', (error) => wrong.push(error.message));
  await page.goto(pathToFileURL(folder.file(`in/${name}`)).href + search);
  await page.getByText('The square is').waitFor();
  return { page, wrong };
}

describe('memoir export --to html', () => {
  test('writes one file in which the chosen widgets live on', async () => {
    const report = await memoirJson<{ file: string; errors: number }>(inside(), [
      ...['export', 'years.memoir.ts', '--to', 'html', '--precompute', 'year=2020,2021,2022', '--out', 'live.html'],
    ]);
    expect(report).toMatchObject({ file: 'live.html', errors: 0 });
    const { page, wrong } = await open('live.html');
    await page.getByRole('slider', { name: 'Year' }).fill('2022');
    await page.getByText('The square is 4088484, late.').waitFor();
    await expect.poll(() => new URL(page.url()).search).toBe('?year=2022');
    await page.reload();
    await page.getByText('The square is 4088484, late.').waitFor();
    await page.getByRole('slider', { name: 'Year' }).fill('2023');
    await page.getByText('was saved without').waitFor();
    expect(await page.getByRole('textbox', { name: 'Who' }).isDisabled()).toBe(true);
    expect(await page.evaluate("'stolen' in window")).toBe(false);
    expect(await page.getByRole('img', { name: 'A dot' }).getAttribute('src')).toMatch(/^data:image\/png;base64,/);
    expect(wrong.filter((text) => !text.includes('outside.png'))).toEqual([]);
    expect(read('live.html')).not.toMatch(/square = year/);
  });

  test('shows a snapshot, with code where that is asked for', async () => {
    expect((await memoir(inside(), ['run', 'years.memoir.ts', '--html', 'run.html', '--set', 'year=2021'])).code).toBe(
      0,
    );
    const { page, wrong } = await open('run.html');
    await page.getByText('The square is 4084441, early.').waitFor();
    expect(await page.getByRole('slider', { name: 'Year' }).isDisabled()).toBe(true);
    await page.getByText('const square = year * year;').waitFor();
    await page.locator('.hljs-keyword', { hasText: 'const' }).first().waitFor();
    await page.locator('figure svg', { hasText: 'Squared' }).waitFor(); // drawn by the largest library of all
    expect(await page.getByText('const _word = year > 2021').count()).toBe(0);
    expect(wrong.filter((text) => !text.includes('outside.png'))).toEqual([]);
  });

  test('says which widgets there are, and how to name places', async () => {
    const wanted = async (...names: string[]) =>
      (
        await memoir(inside(), [
          'export',
          'years.memoir.ts',
          '--to',
          'html',
          ...names.flatMap((name) => ['--precompute', name]),
        ])
      ).stderr;
    expect(await wanted('yeer')).toBe('No widget is called yeer. This notebook shows year, who.\n');
    expect(await wanted('who')).toContain('List those that matter: --precompute who=a,b.');
    expect(await wanted('year=1999')).toContain('year must be a number from 2020 to 2023');
  });
});

describe('memoir export --to markdown', () => {
  test('writes text, code, tables and pictures', async () => {
    await memoir(inside(), ['export', 'years.memoir.ts', '--to', 'markdown']);
    const text = read('years.md');
    expect(text).toContain('The square is **4080400**, early.');
    expect(text).not.toContain("'late'"); // its code is hidden
    expect(text).toContain("```sql\nSELECT 1 AS a, 'x|y' AS b UNION ALL SELECT ${year}, 'z'\n```");
    expect(text).toContain('| a | b |\n| ---: | --- |\n| 1 | x\\|y |\n| 2020 | z |');
    expect(text).toContain('**Year:** 2020');
    expect(text).toContain('```text\nsquared\n```');
    const picture = /!\[.*\]\((years_files\/1\.svg)\)/.exec(text)![1]!;
    expect(read(picture)).toMatch(/^<svg/);
  });
});

describe('memoir export --to script', () => {
  test('writes a module that runs by itself and shows the same', async () => {
    await memoir(inside(), ['export', 'years.memoir.ts', '--to', 'script', '--out', 'script.ts']);
    const { stdout } = await promisify(execFile)(process.execPath, ['script.ts'], { cwd: inside() });
    expect(stdout).toContain('squared\n');
    expect(stdout).toContain('The square is **4080400**, early.');
    expect(stdout).toContain('2020');
    expect(read('script.ts')).toContain('const _word2 = ');
  });
});

describe('memoir export --to ipynb, and back', () => {
  test('keeps outputs on the way there and every byte on the way back', async () => {
    await memoir(inside(), ['export', 'years.memoir.ts', '--to', 'ipynb']);
    const notebook = JSON.parse(read('years.ipynb'));
    const shown = notebook.cells.flatMap((cell: { outputs?: { data?: object; output_type: string }[] }) =>
      (cell.outputs ?? []).map(({ data, output_type }) => (data ? Object.keys(data) : output_type)),
    );
    expect(shown).toContainEqual(['text/markdown', 'text/plain']);
    expect(shown).toContainEqual('stream');
    expect(shown).toContainEqual(
      expect.arrayContaining(['application/vnd.vegalite.v6+json', 'image/svg+xml', 'text/plain']),
    );
    await memoir(inside(), ['import', 'years.ipynb', '--out', 'back.memoir.ts']);
    expect(read('back.memoir.ts')).toBe(NOTEBOOK);
    const again = await memoir(inside(), ['import', 'years.ipynb', '--out', 'back.memoir.ts']);
    expect(again).toMatchObject({
      code: 1,
      stderr: 'back.memoir.ts exists already. Choose another with --out, or say --force.\n',
    });
  });

  test('exports what failed as it is, and says so', async () => {
    const { code, stderr } = await memoir(inside(), [
      'export',
      'years.memoir.ts',
      '--to',
      'ipynb',
      '--out',
      'bad.ipynb',
      '--set',
      'year=2023',
    ]);
    expect([code, stderr]).toEqual([1, '“Wrong” failed, and is exported as it is.\n']);
    expect(read('bad.ipynb')).toContain('"ename": "Error"');
  });
});
