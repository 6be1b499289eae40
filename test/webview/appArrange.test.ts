import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { AppCell, AppEvent, AppMessage, CellLayout } from '../../src/protocol/app.ts';
import { chromiumArguments, findChromium } from '../support/chromium.ts';

/** Plays the panel of an editor around the page: keeps what it posts, under a theme of its own. */
const EDITOR = `<!doctype html><html><body class="vscode-light" data-vscode-theme-kind="vscode-light">
<script>window.posted = []; window.acquireVsCodeApi = () => ({ postMessage: (message) => posted.push(message) });</script>
<script type="module" src="/appPage.js"></script></body></html>`;

let server: Server;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  const built = await build({
    entryPoints: [join(resolve(import.meta.dirname, '../..'), 'webview/appPage.ts')],
    bundle: true,
    format: 'esm',
    splitting: true,
    outdir: '/out',
    loader: { '.css': 'text' },
    write: false,
  });
  const files = new Map(built.outputFiles.map((file) => [`/${file.path.split(/[\\/]/).at(-1)}`, file.text]));
  server = createServer((request, response) => {
    const script = files.get(request.url ?? '');
    response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript').end(script ?? EDITOR);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  browser = await chromium.launch({ executablePath: findChromium()!, args: chromiumArguments });
  page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
});
afterAll(async () => {
  await browser.close();
  server.close();
});

beforeEach(async () => {
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const cells = [cell('a', 1), cell('b', 2), cell('c', 3), cell('d', 4, { place: 'hidden' })];
  await tell({ type: 'page', session: null, arrangeable: true, page: { title: 'Page', cells } });
  await page.getByRole('button', { name: 'Arrange' }).click();
  await page.getByText('text of c').waitFor();
});

function cell(id: string, order: number, layout: Partial<CellLayout> = {}): AppCell {
  const whole = { place: 'main' as const, width: 12, order, tab: null, ...layout };
  return { id, title: `Cell ${id}`, markdown: `text of ${id}`, code: null, layout: whole };
}

async function tell(event: AppEvent): Promise<void> {
  await page.waitForFunction('posted.length > 0'); // it is listening
  await page.evaluate((told) => window.postMessage(told, '*'), event);
}

/** The layouts that the page asked for. */
async function asked(): Promise<[string, Partial<CellLayout>][]> {
  const posted = (await page.evaluate('posted')) as AppMessage[];
  return posted.flatMap((message) => (message.type === 'layout' ? [[message.cell, message.layout] as const] : [])) as [
    string,
    Partial<CellLayout>,
  ][];
}

async function drag(id: string, to: { x: number; y: number }): Promise<void> {
  const grip = (await page.locator('.grip', { hasText: `Cell ${id}` }).boundingBox())!;
  await page.mouse.move(grip.x + 12, grip.y + 8);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 5 });
  await page.mouse.up();
}

async function middleOf(selector: string, share: number): Promise<{ x: number; y: number }> {
  const { x, y, width, height } = (await page.locator(selector).boundingBox())!;
  return { x: x + width / 2, y: y + height * share };
}

test('a cell goes between the two that it is dropped between', async () => {
  await drag('c', await middleOf('[data-cell=b]', 0.2));
  expect(await asked()).toEqual([['c', { place: 'main', tab: null, order: 1.5 }]]);
});

test('a cell goes into the sidebar and off the page', async () => {
  await drag('a', await middleOf('aside', 0.5));
  await drag('b', await middleOf('[data-cell=d]', 0.9));
  expect(await asked()).toEqual([
    ['a', { place: 'sidebar', tab: null }],
    ['b', { place: 'hidden', tab: null, order: 5 }],
  ]);
});

test('everything can be done with the keyboard', async () => {
  const tools = page.getByRole('toolbar', { name: 'Arrange Cell b' });
  await tools.getByRole('button', { name: 'Move up' }).press('Enter');
  await tools.getByLabel('Width').fill('6');
  await tools.getByLabel('Width').press('Tab');
  await tools.getByLabel('Tab', { exact: true }).fill('Words');
  await tools.getByLabel('Tab', { exact: true }).press('Enter');
  await tools.getByLabel('Place').selectOption('sidebar');
  expect(await asked()).toEqual([
    ['b', { place: 'main', tab: null, order: 0 }],
    ['b', { width: 6 }],
    ['b', { tab: 'Words' }],
    ['b', { place: 'sidebar' }],
  ]);
});

test('a width that no row has is not asked for, and what is let go nowhere stays', async () => {
  await page.getByRole('toolbar', { name: 'Arrange Cell b' }).getByLabel('Width').fill('40');
  await page.keyboard.press('Tab');
  await drag('a', { x: 990, y: 890 });
  expect(await asked()).toEqual([]);
});
