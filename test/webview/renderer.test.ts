import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chart } from '../../src/kernel/chart.ts';
import { toOutput } from '../../src/kernel/display.ts';
import { json } from '../../src/kernel/displayCode.ts';
import { image } from '../../src/kernel/displayImage.ts';
import { html } from '../../src/kernel/displayMarkup.ts';
import { tableView } from '../../src/kernel/displayTable.ts';
import { MIME, type Output, type WidgetData } from '../../src/protocol/output.ts';
import { PAGE_THEMES as THEMES } from '../../webview/pageTheme.ts';
import { NotebookPage } from './support/notebookPage.ts';

const airports = ['ATL', 'ORD', 'DFW', 'DEN', 'LAX', 'PHX', 'IAH', 'LAS', 'DTW', 'SFO'].map((origin, i) => ({
  origin,
  flights: 9_800 - i * 730 - (i % 3) * 90,
  mean_delay: 31.25 + ((i * 37) % 23) / 1.7,
}));
const months = Array.from({ length: 72 }, (_, i) => ({
  month: new Date(Date.UTC(2023, i % 24, 1)),
  region: ['East', 'Mid', 'West'][Math.floor(i / 24)]!,
  delay: 12 + 6 * Math.sin((i % 24) / 3.8) + Math.floor(i / 24) * 4,
}));
const points = Array.from({ length: 160 }, (_, i) => ({
  distance: 200 + ((i * 7919) % 2300),
  delay: 5 + ((i * 104729) % 71) + (i % 8) * 3,
  carrier: ['AA', 'AS', 'B6', 'DL', 'F9', 'NK', 'UA', 'WN'][i % 8]!,
}));

function slider(value: number, options: Record<string, unknown> = {}): Output {
  return widget({
    kind: 'slider',
    name: 'late',
    label: 'Minutes late',
    value,
    options: { min: 0, max: 120, step: 5, ...options },
  });
}

function widget(data: WidgetData): Output {
  return { items: [{ mime: MIME.widget, data }] };
}

let notebook: NotebookPage;
let shown = 0;
beforeAll(async () => {
  notebook = await NotebookPage.open();
});
afterAll(() => notebook.close());
beforeEach(async () => {
  await notebook.page.evaluate(
    'host.dispose(); document.body.replaceChildren(); host.posted.length = 0; host.trespass.length = 0;',
  );
  await notebook.setTheme(THEMES.light);
  await notebook.receive({ type: 'widgets', values: { late: 15 } }); // what an earlier test left
  notebook.problems.length = 0;
});

/** Draws a value as a kernel would and gives the place it is in. */
async function draw(value: unknown, id = `out${++shown}`): Promise<Locator> {
  return notebook.render(id, await toOutput(value));
}

/** How many different colours the canvas in `place` shows. */
function colours(place: Locator): Promise<number> {
  return place.locator('canvas').evaluate((element: unknown) => {
    const canvas = element as Canvas;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
}

function picture(place: Locator): Promise<string> {
  return place.locator('canvas').evaluate((element: unknown) => (element as Canvas).toDataURL());
}

interface Canvas {
  readonly width: number;
  readonly height: number;
  toDataURL(): string;
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, w: number, h: number): { data: { buffer: ArrayBuffer } };
  };
}

describe('the page of these tests', () => {
  test('refuses eval, as a strict notebook page does', async () => {
    expect(await notebook.evalWorks()).toBe(false);
  });
});

describe('a chart', () => {
  test.each(Object.entries(THEMES))('is drawn in the colours of the %s theme, without eval', async (_, theme) => {
    await notebook.setTheme(theme);
    const place = await draw(
      chart(airports, { mark: 'bar', x: 'flights', y: { field: 'origin', sort: '-x' }, color: 'mean_delay' }),
    );
    expect(await colours(place)).toBeGreaterThan(20);
    expect(notebook.problems).toEqual([]);
  });

  test('follows the theme and the width of the page', async () => {
    const place = await draw(chart(airports, { mark: 'bar', x: 'flights', y: 'origin' }));
    const before = await picture(place);
    await notebook.setTheme(THEMES.dark);
    await expect.poll(() => picture(place)).not.toBe(before);
    await notebook.page.setViewportSize({ width: 500, height: 900 });
    await expect.poll(async () => (await place.locator('canvas').boundingBox())?.width).toBe(476);
    await notebook.page.setViewportSize({ width: 760, height: 900 });
  });

  test('is drawn once where its place stays as wide as it is', async () => {
    await notebook.page.evaluate(`{
      const { fillText } = CanvasRenderingContext2D.prototype;
      window.titles = 0;
      CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
        if (text === 'how many') window.titles += 1;
        return fillText.call(this, text, ...place);
      };
    }`);
    await draw(chart(airports, { mark: 'bar', x: { field: 'flights', title: 'how many' }, y: 'origin' }));
    await notebook.page.waitForTimeout(300);
    expect(await notebook.page.evaluate('titles')).toBe(1);
  });

  test('says in words what it shows, and shows values under the pointer', async () => {
    const place = await draw(chart(airports, { mark: 'bar', title: 'Departures', x: 'flights', y: 'origin' }));
    await expect
      .poll(() => place.locator('[role=graphics-document]').getAttribute('aria-label'))
      .toBe('Bar chart: Departures – flights, origin (10 rows)');
    await place.locator('canvas').hover({ position: { x: 200, y: 60 } });
    const tooltip = place.locator('.tooltip');
    await tooltip.getByText('flights').waitFor();
    const first = await tooltip.textContent();
    await place.locator('canvas').hover({ position: { x: 200, y: 100 } });
    await expect.poll(() => tooltip.textContent()).not.toBe(first);
    expect(await tooltip.textContent()).toMatch(/^flights\d[\d,]*origin\w+$/);
    await place.locator('canvas').hover({ position: { x: 2, y: 2 } });
    await tooltip.waitFor({ state: 'hidden' });
  });

  test('one drawn over another leaves one canvas, and none when it is disposed of', async () => {
    const spec = { mark: 'bar', x: 'flights', y: 'origin' } as const;
    const place = await draw(chart(airports, spec), 'again');
    await Promise.all([draw(chart(airports.slice(3), spec), 'again'), draw(chart(airports.slice(6), spec), 'again')]);
    expect(await place.locator('canvas').count()).toBe(1);
    await notebook.dispose('again');
    expect(await place.locator('canvas').count()).toBe(0);
  });

  test('with a script for a link opens nothing', async () => {
    const rows = [{ a: 1, link: 'javascript:host.trespass.push("script")' }];
    const place = await draw(chart(rows, { mark: { type: 'bar' }, x: 'a', href: { field: 'link', type: 'nominal' } }));
    await place.locator('canvas').click({ position: { x: 200, y: 100 } });
    expect(await notebook.trespass()).toEqual([]);
  });
});

describe('a table', () => {
  test('of which there is more is turned page by page, and says why where it cannot', async () => {
    const page = (from: number) => Array.from({ length: 3 }, (_, at) => [from + at]);
    const data = { columns: [{ name: 'n', type: 'BIGINT' }], rows: page(0), rowCount: 8, pages: 'abc' };
    const place = await notebook.render('paged', { items: [{ mime: MIME.table, data }] });
    const pager = place.getByRole('navigation', { name: 'Pages of the table' });
    const asked = (from: number) => ({ type: 'rows', pages: 'abc', from, count: 3 });
    const lastAsked = () => notebook.page.evaluate('host.posted.at(-1)');
    expect(await pager.textContent()).toContain('– 3 of 8 rows');
    expect(await pager.getByRole('button', { name: 'Previous rows' }).isDisabled()).toBe(true);

    await pager.getByRole('button', { name: 'Next rows' }).click();
    expect(await lastAsked()).toEqual(asked(3));
    expect(await pager.getAttribute('aria-busy')).toBe('true');
    await notebook.receive({ ...asked(3), rows: page(3) });
    await expect.poll(() => place.locator('td').allTextContents()).toEqual(['3', '4', '5']);

    await pager.getByRole('button', { name: 'Last rows' }).click();
    await notebook.receive({ ...asked(6), rows: page(6).slice(0, 2) });
    await expect.poll(() => pager.textContent()).toContain('– 8 of 8 rows');
    expect(await pager.getByRole('button', { name: 'Next rows' }).isDisabled()).toBe(true);

    await pager.getByRole('textbox', { name: 'Go to row' }).fill('5');
    await pager.getByRole('textbox', { name: 'Go to row' }).press('Enter');
    expect(await lastAsked()).toEqual(asked(4));
    await notebook.receive({ ...asked(4), rows: null, problem: 'Run its cell again.' });
    expect(await pager.getByRole('alert').textContent()).toBe('Run its cell again.');
    expect(await place.locator('td').allTextContents()).toEqual(['6', '7']);
  });

  const rows = Array.from({ length: 1_204 }, (_, i) => ({
    id: i,
    name: `row ${i}`,
    share: i / 7,
    gone: i % 5 ? 'x' : null,
  }));

  test('draws only what is in view and a little more, and the rest when it is scrolled to', async () => {
    const place = await draw(rows);
    expect(await place.locator('tbody tr:not(.gap)').count()).toBeLessThan(60);
    await place.getByText('1,000 of 1,204 rows').waitFor();
    await place.locator('.scroller').focus();
    await notebook.page.keyboard.press('End');
    await place.getByText('row 999', { exact: true }).waitFor();
    expect(await place.locator('tr[aria-rowindex="1001"]').count()).toBe(1);
    expect(await notebook.trespass()).not.toContain('End');
  });

  test('keeps its header in view and its columns as wide while it scrolls', async () => {
    const place = await draw(rows);
    const header = place.getByText('name', { exact: true });
    const before = await header.boundingBox();
    await place.locator('.scroller').evaluate((element: unknown) => {
      (element as { scrollTop: number }).scrollTop = 12_000;
    });
    await place.getByText('row 500', { exact: true }).waitFor();
    expect(await header.boundingBox()).toEqual(before);
  });

  test('puts decimal points under each other and dims what is missing', async () => {
    const place = await draw(rows.slice(0, 3));
    await place.getByText('0.143', { exact: true }).waitFor();
    expect(await place.locator('td.null').count()).toBe(1);
    expect(await place.locator('th', { hasText: 'share' }).getAttribute('title')).toBe('share: number');
  });

  test('without rows says so', async () => {
    const place = await draw(tableView([]));
    await place.getByText('No rows').waitFor();
  });
});

describe('a value', () => {
  test('unfolds and folds by mouse and arrow keys', async () => {
    const place = await draw({ user: { name: 'Ada', tags: ['a', 'b'] }, sizes: new Map([[1, 'one']]) });
    const user = place.getByRole('button', { name: /^user/ });
    await user.focus();
    await notebook.page.keyboard.press('ArrowRight');
    expect(await user.getAttribute('aria-expanded')).toBe('true');
    await place.getByText("'Ada'", { exact: true }).waitFor();
    await notebook.page.keyboard.press('ArrowDown');
    await notebook.page.keyboard.press('ArrowLeft');
    await notebook.page.keyboard.press('ArrowLeft');
    expect(await user.getAttribute('aria-expanded')).toBe('false');
    expect(await notebook.trespass()).toEqual([]);
  });

  test('with markup in it stays text', async () => {
    const place = await draw({ '<img src=x onerror=host.trespass.push(1)>': '<script>host.trespass.push(2)</script>' });
    expect(await place.locator('img, script').count()).toBe(0);
    expect(await notebook.trespass()).toEqual([]);
  });
});

describe('a widget', () => {
  test('a slider posts while it is dragged, the last position always', async () => {
    const place = await notebook.render('slider', slider(15));
    const box = (await place.getByLabel('Minutes late').boundingBox())!;
    const { mouse } = notebook.page;
    await mouse.move(box.x + 46, box.y + box.height / 2);
    await mouse.down();
    await mouse.move(box.x + box.width - 2, box.y + box.height / 2, { steps: 12 });
    await mouse.up();
    await expect.poll(async () => (await notebook.posted('late')).at(-1)).toBe(120);
    const posted = await notebook.posted('late');
    expect(posted.length).toBeGreaterThan(1);
    expect(posted).toEqual([...new Set(posted)]);
    expect(await place.locator('.value').textContent()).toBe('120');
  });

  test('arrow keys move a slider and not the notebook', async () => {
    const place = await notebook.render('slider', slider(15));
    await place.getByLabel('Minutes late').focus();
    await notebook.page.keyboard.press('ArrowRight');
    await expect.poll(() => notebook.posted('late')).toEqual([20]);
    expect(await notebook.trespass()).toEqual([]);
  });

  test('drawn again while it is dragged it keeps focus and thumb', async () => {
    const place = await notebook.render('slider', slider(15));
    const input = place.getByLabel('Minutes late');
    const box = (await input.boundingBox())!;
    await notebook.page.mouse.move(box.x + 46, box.y + box.height / 2);
    await notebook.page.mouse.down();
    await notebook.page.mouse.move(box.x + box.width - 2, box.y + box.height / 2);
    await notebook.render('slider', slider(15, { max: 120 }));
    await notebook.receive({ type: 'widgets', values: { late: 15 } });
    expect(await input.inputValue()).toBe('120');
    expect(await place.locator('input:focus').count()).toBe(1);
    await notebook.page.mouse.up();
  });

  test('copies of one widget stay in step', async () => {
    await notebook.render('first', slider(15));
    const second = await notebook.render('second', slider(15));
    await notebook.page.locator('#first').getByLabel('Minutes late').focus();
    await notebook.page.keyboard.press('End');
    await expect.poll(() => second.getByLabel('Minutes late').inputValue()).toBe('120');
    await notebook.receive({ type: 'widgets', values: { late: 120 } });
    await notebook.receive({ type: 'widgets', values: { late: 60 } });
    for (const id of ['first', 'second']) {
      expect(await notebook.page.locator(`#${id}`).getByLabel('Minutes late').inputValue()).toBe('60');
    }
  });

  test('a list posts the chosen value with its type, a box true or false, a text when Enter is pressed', async () => {
    const options = [
      { label: 'One', value: 1 },
      { label: 'Two', value: 2 },
    ];
    await notebook.render(
      'list',
      widget({ kind: 'select', name: 'n', label: 'Number', value: 1, options: { options } }),
    );
    await notebook.page.getByLabel('Number').selectOption('Two');
    await notebook.render(
      'box',
      widget({ kind: 'checkbox', name: 'b', label: 'Only late', value: false, options: {} }),
    );
    await notebook.page.getByLabel('Only late').check();
    await notebook.render(
      'text',
      widget({ kind: 'text', name: 't', label: 'Airport', value: '', options: { placeholder: 'ATL' } }),
    );
    await notebook.page.getByLabel('Airport').fill('ORD');
    await notebook.page.getByLabel('Airport').press('Enter');
    expect([await notebook.posted('n'), await notebook.posted('b'), await notebook.posted('t')]).toEqual([
      [2],
      [true],
      ['ORD'],
    ]);
  });

  test('one that cannot be used is not moved', async () => {
    const place = await notebook.render('slider', slider(15, { disabled: true }));
    expect(await place.getByLabel('Minutes late').isDisabled()).toBe(true);
  });
});

describe('an output of ten megabytes', () => {
  test('as a table has few rows on the page, its widest text whole', async () => {
    const rows = Array.from({ length: 80_000 }, (_, i) => ({
      id: i,
      name: i % 7 ? 'Red-tailed hawk' : 'iiiiiiiiiiiiiiiiii',
      note: `row ${i} of a table that is long ${'.'.repeat(60)}`,
    }));
    const place = await draw(tableView(rows, { limit: rows.length }));
    expect(await place.locator('tbody tr:not(.gap)').count()).toBeLessThan(60);
    const hawk = place.getByText('Red-tailed hawk', { exact: true }).first();
    expect(
      await hawk.evaluate((cell: unknown) => (cell as HTMLElement).scrollWidth <= (cell as HTMLElement).clientWidth),
    ).toBe(true);
  });

  test('as text or code lays out only what is in view', async () => {
    const text = 'words and words\n'.repeat(650_000);
    const plain = await notebook.render('plain', { items: [{ mime: MIME.text, data: text }] });
    const code = await notebook.render('code', { items: [{ mime: MIME.code, data: { code: text, language: 'sql' } }] });
    for (const place of [plain, code]) {
      const pieces = place.locator('.piece');
      expect(await pieces.count()).toBe(3_251);
      const style = await pieces
        .nth(3_000)
        .evaluate((piece: unknown) => getComputedStyle(piece as Element).contentVisibility);
      expect(style).toBe('auto');
    }
  });

  test('as a tree draws a page of entries, and more when asked', async () => {
    const place = await draw(json({ all: Array.from({ length: 15_000 }, (_, i) => `${i} ${'x'.repeat(280)}`) }));
    await place.getByRole('button', { name: /^all/ }).click();
    await place.getByRole('button', { name: 'Show more: 14,800 entries left' }).click();
    await place.getByRole('button', { name: 'Show more: 14,600 entries left' }).waitFor();
    expect(await place.locator('li').count()).toBeLessThan(500);
  });
});

describe('html', () => {
  test('of many rows, or of a picture with many parts, is there once it is read', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `<tr><td>row ${i}</td></tr>`).join('');
    const table = await draw(html(`<table>${rows}</table>`));
    await table.frameLocator('iframe').getByText('row 19999').waitFor();
    await expect.poll(async () => (await table.locator('iframe').boundingBox())?.height).toBe(4_000);
    const parts = Array.from({ length: 17_000 }, (_, i) => `<circle cx="${i % 90}" cy="9" r="3"/>`).join('');
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 60">${parts}<text y="40">Last</text></svg>`;
    const picture = await draw(image(svg));
    await picture.frameLocator('iframe').getByText('Last').waitFor();
  });

  test('runs its scripts in a frame that takes its height from them', async () => {
    const place = await draw(
      html('<p id="p"></p><script>p.textContent = "from a script"; p.style.height = "321px"</script>'),
    );
    await place.frameLocator('iframe').getByText('from a script').waitFor();
    await expect.poll(async () => (await place.locator('iframe').boundingBox())?.height).toBeGreaterThan(320);
  });

  test('reaches neither the page, nor its storage, nor the network', async () => {
    const attempts = ['parent.document.body', 'localStorage.length', 'parent.host.posted', 'document.cookie'];
    const script = `const tried = [${attempts.map((code) => `() => ${code}`)}].map((attempt) => { try { attempt(); return 'reached'; } catch { return 'refused'; } });
      fetch('https://example.org').then(() => 'reached', () => 'refused').then((net) => { document.body.textContent = [...tried, net].join(' '); });`;
    const place = await draw(html(`<script>${script}</script>`));
    await place.frameLocator('iframe').getByText('refused refused refused refused refused').waitFor();
  });

  test('cannot claim to be higher than a page should be', async () => {
    const place = await draw(
      html('<script>setTimeout(() => parent.postMessage({ memoirHeight: 1e9 }, "*"), 50)</script>'),
    );
    await expect.poll(async () => (await place.locator('iframe').boundingBox())?.height).toBe(4_000);
  });
});

describe('a place that another renderer drew in', () => {
  test('is drawn in again, and leaves nothing behind that would hide the other', async () => {
    const place = await draw({ a: 1 }, 'shared');
    await notebook.page.evaluate("document.getElementById('shared').textContent = 'plain text'");
    await place.getByText('plain text').waitFor();
    await draw({ a: 2 }, 'shared');
    await place.getByText('2', { exact: true }).waitFor();
    expect(await place.getByText('plain text').count()).toBe(0);
  });
});

const shots = process.env.MEMOIR_SHOTS;
describe.runIf(shots)('pictures to look at', () => {
  test.each(Object.entries(THEMES))('%s', async (name, theme) => {
    mkdirSync(shots!, { recursive: true });
    await notebook.page.setViewportSize({ width: 760, height: 1_900 });
    await notebook.setTheme(theme);
    await drawGallery();
    await notebook.page.screenshot({ path: join(shots!, `${name}.png`) });
    await notebook.page.evaluate('host.dispose(); document.body.replaceChildren();');
    await drawMore();
    await notebook.page.screenshot({ path: join(shots!, `${name}-more.png`) });
  });
});

async function drawGallery(): Promise<void> {
  await notebook.render('slider', slider(45));
  await notebook.render(
    'list',
    widget({
      kind: 'select',
      name: 'n',
      label: 'Airport',
      value: 'ATL',
      options: { options: ['All airports', 'ATL', 'ORD'].map((value) => ({ label: value, value })) },
    }),
  );
  await notebook.render(
    'text',
    widget({ kind: 'text', name: 't', label: 'Carrier', value: '', options: { placeholder: 'Any carrier' } }),
  );
  await notebook.render(
    'box',
    widget({ kind: 'checkbox', name: 'b', label: 'Only late flights', value: true, options: {} }),
  );
  await draw(
    chart(airports, {
      mark: 'bar',
      title: 'Where flights are late',
      x: 'flights',
      y: { field: 'origin', sort: '-x' },
      color: 'mean_delay',
    }),
  );
  await draw(
    chart(months, { mark: 'line', title: 'Delay by month', x: 'month', y: 'delay', color: 'region', height: 200 }),
  );
  await draw(chart(points, { mark: 'point', x: 'distance', y: 'delay', color: 'carrier', height: 240 }));
  await draw(chart(airports, { mark: 'bar', x: 'bin(mean_delay)', y: 'count()', height: 140 }));
  await draw(
    airports.map((row, i) => ({ ...row, seen: i % 4 ? new Date(Date.UTC(2024, i, 3)) : null, hub: i % 2 === 0 })),
  );
  await draw({
    name: 'ATL',
    counts: [1, 2, 3],
    nested: { late: true, at: new Date(0), f: Math.max, none: null },
    map: new Map([['a', 1]]),
    error: new TypeError('no'),
  });
  const frame = await draw(
    html`<p>HTML in its own frame, <a href="#">with a link</a> and <button>a button</button>.</p>`,
  );
  await frame.frameLocator('iframe').getByText('HTML').waitFor();
  await expect.poll(async () => (await frame.locator('iframe').boundingBox())?.height).toBeLessThan(80);
}

async function drawMore(): Promise<void> {
  const frame = await draw(
    html`<h3>HTML in its own frame</h3><p>It has <a href="#">a link</a> and <button>a button</button>.</p>`,
  );
  await frame.frameLocator('iframe').getByText('It has').waitFor();
  await draw(
    chart(airports.slice(0, 5), {
      mark: { type: 'arc', innerRadius: 50 },
      theta: 'flights',
      color: 'origin',
      height: 180,
    }),
  );
  await draw(chart(months, { mark: 'area', x: 'month', y: 'delay', column: 'region', width: 180, height: 120 }));
  await draw(chart(points, { mark: 'boxplot', x: 'delay', y: 'carrier' }));
  await draw(chart(points, { mark: 'rect', x: 'bin(distance)', y: 'carrier', color: 'mean(delay)' }));
  await draw(
    Array.from({ length: 1_500 }, (_, id) => ({
      id,
      share: id / 7,
      text: `A long description of row ${id} that does not fit `.repeat(3),
      when: new Date(Date.UTC(2024, 0, 1, id)),
    })),
  );
  await draw(tableView([]));
  await draw({ items: [1, 2, 3], text: 'x'.repeat(500) });
  await notebook.render('off', slider(30, { disabled: true }));
  const bars = await draw(chart(airports, { mark: 'bar', x: 'flights', y: { field: 'origin', sort: '-x' } }));
  await bars.locator('canvas').hover({ position: { x: 200, y: 60 } });
}
