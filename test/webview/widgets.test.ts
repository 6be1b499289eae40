import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chart } from '../../src/kernel/chart.ts';
import { toOutput } from '../../src/kernel/display.ts';
import {
  type LayoutData,
  MIME,
  type Output,
  type WidgetData,
  type WidgetKind,
  type WidgetOptions,
} from '../../src/protocol/output.ts';
import { PAGE_THEMES } from '../../webview/pageTheme.ts';
import { NotebookPage } from './support/notebookPage.ts';

const CHOICES = ['East', 'Middle', 'West'].map((label) => ({ label, value: label.toLowerCase() }));

let notebook: NotebookPage;
let shown = 0;
beforeAll(async () => {
  notebook = await NotebookPage.open();
  await notebook.setTheme(PAGE_THEMES.light);
});
afterAll(() => notebook.close());
beforeEach(async () => {
  await notebook.page.evaluate(
    'host.dispose(); document.body.replaceChildren(); host.posted.length = 0; host.trespass.length = 0;',
  );
});

function widget(kind: WidgetKind, value: unknown, options: WidgetOptions = {}, name = `w${shown}`): Output {
  return { items: [{ mime: MIME.widget, data: { kind, name, label: 'Widget', value, options } satisfies WidgetData }] };
}

/** Draws a widget under a name of its own. */
async function draw(kind: WidgetKind, value: unknown, options: WidgetOptions = {}): Promise<Locator> {
  shown += 1;
  return notebook.render(`out${shown}`, widget(kind, value, options));
}

/** What the widget drawn last has posted, once it has posted that much. */
async function posted(count = 1): Promise<unknown[]> {
  await expect.poll(async () => (await notebook.posted(`w${shown}`)).length).toBeGreaterThanOrEqual(count);
  return notebook.posted(`w${shown}`);
}

const keys = (...pressed: string[]) => Promise.all(pressed.map((key) => notebook.page.keyboard.press(key)));

describe('by keyboard alone', () => {
  test('a range moves one end, and neither end passes the other', async () => {
    const place = await draw('range', { min: 2, max: 4 }, { min: 0, max: 10 });
    await place.getByLabel('Widget, from').focus();
    await keys('ArrowRight', 'ArrowRight', 'ArrowRight');
    expect((await posted()).at(-1)).toEqual({ min: 4, max: 4 });
    await keys('Tab', 'End');
    await expect.poll(async () => (await posted()).at(-1)).toEqual({ min: 4, max: 10 });
    expect(await notebook.trespass()).not.toContain('ArrowRight');
  });

  test('a number is typed, and pointed out where it is outside of its limits', async () => {
    const place = await draw('number', 5, { min: 1, max: 9 });
    await place.getByLabel('Widget').fill('12');
    await keys('Enter');
    await place.getByText('This must be a number from 1 to 9.').waitFor();
    expect(await place.getByLabel('Widget').getAttribute('aria-invalid')).toBe('true');
    expect(await place.getByLabel('Widget').getAttribute('aria-description')).toBe(
      'This must be a number from 1 to 9.',
    );
    await place.getByLabel('Widget').fill('7');
    await keys('Enter');
    expect(await posted()).toEqual([7]);
    expect(await place.getByText('This must be').count()).toBe(0);
  });

  test('a text may have to look like something', async () => {
    const place = await draw('text', '', {
      pattern: '[A-Z]{3}',
      patternHelp: 'must be three capitals',
      help: 'An airport.',
    });
    await place.getByLabel('Widget').fill('oslo');
    await keys('Tab');
    await place.getByText('This must be three capitals.').waitFor();
    await place.getByLabel('Widget').fill('OSL');
    await keys('Enter');
    expect(await posted()).toEqual(['OSL']);
    expect(await place.getByLabel('Widget').getAttribute('aria-description')).toBe('An airport.');
  });

  test('a text of several lines counts with Ctrl+Enter', async () => {
    const place = await draw('textarea', '');
    await place.getByLabel('Widget').focus();
    await notebook.page.keyboard.type('one');
    await keys('Enter');
    await notebook.page.keyboard.type('two');
    await keys('Control+Enter');
    expect((await posted()).at(-1)).toBe('one\ntwo');
  });

  test('of choices side by side one is chosen with the arrow keys', async () => {
    for (const kind of ['radio', 'tabs'] as const) {
      const place = await draw(kind, 'east', { options: CHOICES });
      await place.getByRole('radio', { name: 'East' }).focus();
      await keys('ArrowDown');
      expect(await posted()).toEqual(['middle']);
      expect(await place.getByRole('radiogroup', { name: 'Widget' }).count()).toBe(1);
    }
    expect(await notebook.trespass()).toEqual([]);
  });

  test('of a list any number is ticked, and a long one is searched', async () => {
    const options = Array.from({ length: 12 }, (_, i) => ({ label: `Item ${i}`, value: i }));
    const place = await draw('multiselect', [3], { options });
    await place.getByLabel('Search the list').fill('11');
    await place.getByLabel('Item 11').focus();
    await keys('Space');
    expect(await posted()).toEqual([[3, 11]]);
    await place.getByText('2 of 12').waitFor();
    expect(await place.getByLabel('Item 3').isVisible()).toBe(false);
  });

  test('a switch is switched, and a button counts', async () => {
    const place = await draw('toggle', false);
    await place.getByRole('switch', { name: 'Widget' }).focus();
    await keys('Space');
    expect(await posted()).toEqual([true]);
    const button = await draw('button', 2);
    await button.getByRole('button', { name: 'Widget' }).focus();
    await keys('Enter');
    await keys('Space');
    await expect.poll(() => notebook.posted(`w${shown}`)).toEqual([3, 4]);
  });

  test('days are typed, and a range of days waits for its other end', async () => {
    const place = await draw('date', '2026-01-31', { max: '2026-12-31', required: true });
    await place.getByLabel('Widget').fill('2027-01-01');
    await keys('Enter');
    await place.getByText('This must be a day such as 2026-01-31 up to 2026-12-31.').waitFor();
    const two = await draw('dateRange', null);
    await two.getByLabel('Widget, from').fill('2026-02-01');
    await keys('Enter');
    await two.getByLabel('Widget, to').fill('2026-01-01');
    await keys('Enter');
    expect(await posted()).toEqual([{ min: '2026-01-01', max: '2026-02-01' }]);
  });

  test('a colour is taken from the browser’s picker', async () => {
    const place = await draw('color', '#1a75cc');
    await place.getByLabel('Widget').fill('#ee642b');
    expect((await posted()).at(-1)).toBe('#ee642b');
    await place.getByText('#ee642b').waitFor();
  });
});

describe('a file', () => {
  test('is read, named, and taken away again', async () => {
    const place = await draw('file', null, { accept: '.csv', maxBytes: 10 });
    await place
      .locator('input[type=file]')
      .setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from('1,2') });
    expect(await posted()).toEqual([{ name: 'a.csv', base64: 'MSwy' }]);
    await notebook.receive({ type: 'widgets', values: { [`w${shown}`]: { name: 'a.csv', base64: 'MSwy' } } });
    await place.getByText('a.csv · 3 B').waitFor();
    await place.getByRole('button', { name: 'Take the file away' }).click();
    expect((await posted(2)).at(-1)).toBeNull();
  });

  test('that is too large is not taken', async () => {
    const place = await draw('file', null, { maxBytes: 10 });
    await place.locator('input[type=file]').setInputFiles({ name: 'b.bin', mimeType: '', buffer: Buffer.alloc(100) });
    await place.getByText('This must not be larger than 10 bytes.').waitFor();
    expect(await notebook.posted(`w${shown}`)).toEqual([]);
  });
});

describe('every widget', () => {
  const kinds: [WidgetKind, unknown, WidgetOptions][] = [
    ['slider', 1, {}],
    ['range', { min: 1, max: 2 }, {}],
    ['number', 1, {}],
    ['text', 'a', {}],
    ['textarea', 'a', {}],
    ['select', 'east', { options: CHOICES }],
    ['multiselect', [], { options: CHOICES }],
    ['radio', 'east', { options: CHOICES }],
    ['tabs', 'east', { options: CHOICES }],
    ['checkbox', true, {}],
    ['toggle', true, {}],
    ['button', 0, {}],
    ['date', '2026-01-31', {}],
    ['dateRange', null, {}],
    ['file', null, {}],
    ['color', '#1a75cc', {}],
    ['refresh', 0, { everyMs: 30_000 }],
  ];

  test.each(kinds)(
    '%s takes no focus when it is disabled, and shows when its move is worked on',
    async (kind, value, options) => {
      const place = await draw(kind, value, { ...options, disabled: true });
      await notebook.page.evaluate('document.activeElement?.blur()');
      await keys('Tab');
      const focused = await notebook.page.evaluate(
        '(() => { let e = document.activeElement; while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement; return e?.localName; })()',
      );
      expect(['body', 'html', 'div', undefined]).toContain(focused); // a list may still be scrolled
      await notebook.receive({ type: 'widgets', values: {}, busy: [`w${shown}`] });
      expect(await place.locator('.widget').getAttribute('aria-busy')).toBe('true');
      await notebook.receive({ type: 'widgets', values: {}, busy: [] });
      expect(await place.locator('.widget').getAttribute('aria-busy')).toBe('false');
    },
  );
});

describe('ten thousand quick moves', () => {
  test('are posted as few, and the last of them counts', async () => {
    const place = await draw('slider', 0, { min: 0, max: 10_000 });
    await place.getByLabel('Widget').evaluate((element: unknown) => {
      const input = element as HTMLInputElement;
      for (let value = 1; value <= 10_000; value++) {
        input.value = String(value);
        input.dispatchEvent(new Event('input'));
      }
    });
    const all = await posted();
    expect([all.length, all.at(-1)]).toEqual([1, 10_000]);
  });
});

describe('a form', () => {
  const fields = [widget('text', 'Oslo', {}, 'from'), widget('slider', 1, { min: 1, max: 14 }, 'nights')];

  test('posts what its fields say when it is submitted, and not before', async () => {
    const place = await draw('form', { from: 'Oslo', nights: 1 }, { children: fields, action: 'Book' });
    await place.locator('input[type=range]').focus();
    await keys('End');
    await place.getByText('Not submitted yet').waitFor();
    expect(await notebook.posted(`w${shown}`)).toEqual([]);
    await place.getByRole('button', { name: 'Book' }).click();
    expect(await posted()).toEqual([{ from: 'Oslo', nights: 14 }]);
    expect(await place.getByText('Not submitted yet').count()).toBe(0);
  });

  test('is submitted with Enter in a field of text, and shows what was submitted elsewhere', async () => {
    const place = await draw('form', { from: 'Oslo', nights: 1 }, { children: fields });
    await place.locator('vscode-textfield input').fill('Rome');
    await place.locator('vscode-textfield input').press('Enter');
    expect(await posted()).toEqual([{ from: 'Rome', nights: 1 }]);
    await keys('Tab'); // what is being typed is not taken from under the reader
    await notebook.receive({ type: 'widgets', values: { [`w${shown}`]: { from: 'Bern', nights: 3 } } });
    await expect.poll(() => place.locator('vscode-textfield input').inputValue()).toBe('Bern');
    expect(await place.locator('input[type=range]').inputValue()).toBe('3');
  });
});

describe('a layout', () => {
  const text = (data: string): Output => ({ items: [{ mime: MIME.text, data }] });
  const layout = (data: Omit<LayoutData, 'name'>): Output => ({
    items: [{ mime: MIME.layout, data: { ...data, name: `w${shown}` } }],
  });
  const children = ['One', 'Two'].map((title) => ({ title, outputs: [text(`In ${title}`)] }));

  test('remembers which tab is open, and opens it with the arrow keys', async () => {
    const place = await notebook.render(`out${++shown}`, layout({ kind: 'tabs', children }));
    await place.getByText('In One').waitFor();
    await place.getByRole('tab', { name: 'One' }).focus();
    await keys('ArrowRight');
    await place.getByText('In Two').waitFor();
    expect(await place.getByText('In One').isVisible()).toBe(false);
    expect(await posted()).toEqual(['Two']);
    expect(await notebook.trespass()).toEqual([]);
    const again = await notebook.render(`again${shown}`, layout({ kind: 'tabs', children }));
    await again.getByText('In Two').waitFor();
  });

  test('unfolds what was unfolded, and draws nothing before', async () => {
    const place = await notebook.render(`out${++shown}`, layout({ kind: 'accordion', children }));
    expect(await place.getByText('In One').count()).toBe(0);
    await place.getByText('One', { exact: true }).click();
    await place.getByText('In One').waitFor();
    expect(await posted()).toEqual([['One']]);
    await notebook.receive({ type: 'widgets', values: { [`w${shown}`]: ['Two'] } });
    await place.getByText('In Two').waitFor();
    expect(await place.getByText('In One').isVisible()).toBe(false);
  });

  test('drawn again keeps the widgets in it, and one in two places stays in step', async () => {
    const slider = (value: number) =>
      layout({ kind: 'columns', children: [{ outputs: [widget('slider', value, {}, 'inner')] }] });
    const place = await notebook.render(`out${++shown}`, slider(5));
    await notebook.render(`other${shown}`, widget('slider', 5, {}, 'inner'));
    await place.getByLabel('Widget').focus();
    await notebook.render(`out${shown}`, slider(6));
    expect(await place.locator('input:focus').count()).toBe(1);
    expect(await place.getByLabel('Widget').inputValue()).toBe('6');
    await keys('End');
    await expect.poll(() => notebook.page.locator(`#other${shown}`).getByLabel('Widget').inputValue()).toBe('100');
  });

  test('shows an output in it that is another now, and a bar that is stopped', async () => {
    const bar = { label: 'Adding', done: 1, total: 4, elapsedMs: 1_000, leftMs: 3_000, state: 'running' };
    const progress = (more: object): Output => ({
      id: 'p',
      items: [{ mime: MIME.progress, data: { ...bar, ...more } }],
    });
    const place = await notebook.render(
      `out${++shown}`,
      layout({ kind: 'callout', title: 'Note', children: [{ outputs: [progress({})] }] }),
    );
    await place.getByText('1 of 4 · 3 s left').waitFor();
    await place.getByRole('button', { name: 'Stop' }).click();
    await notebook.receive({ type: 'output', output: progress({ done: 2, state: 'stopped' }) });
    await place.getByText('stopped at 2 of 4').waitFor();
    expect(await place.getByRole('progressbar', { name: 'Adding' }).getAttribute('aria-valuenow')).toBe('2');
    expect(await notebook.page.evaluate('host.posted.filter(({ type }) => type === "stop").length')).toBe(1);
  });
});

describe('a widget of one’s own', () => {
  /** As a bundler writes the counter of anywidget's own documentation. */
  const script = `var memoirWidget = (() => {
    function render({ model, el }) {
      let button = document.createElement("button");
      button.innerHTML = \`count is \${model.get("value")}\`;
      button.addEventListener("click", () => { model.set("value", model.get("value") + 1); model.save_changes(); });
      model.on("change:value", () => { button.innerHTML = \`count is \${model.get("value")}\`; });
      el.classList.add("counter-widget");
      el.appendChild(button);
    }
    return { default: { render } };
  })();`;
  const css = '.counter-widget button { color: rgb(1, 2, 3); }';

  test('runs as anywidget’s own example does, and hears of its state from elsewhere', async () => {
    const place = await draw('module', { value: 1 }, { script, css });
    const button = place.frameLocator('iframe').getByRole('button');
    await button.click();
    expect(await posted()).toEqual([{ value: 2 }]);
    await notebook.receive({ type: 'widgets', values: { [`w${shown}`]: { value: 2 } } });
    await notebook.receive({ type: 'widgets', values: { [`w${shown}`]: { value: 40 } } });
    await place.frameLocator('iframe').getByText('count is 40').waitFor();
    expect(await button.evaluate((element: unknown) => getComputedStyle(element as Element).color)).toBe(
      'rgb(1, 2, 3)',
    );
  });

  test('tells what it has changed alone, with bytes, hears of none that is none, and ends when it is drawn anew', async () => {
    const maker = `var memoirWidget = { default: async () => {
      const seen = [];
      return {
        initialize({ model }) {
          const listener = () => seen.push('off');
          model.on('change:bytes', listener);
          model.off(null, listener);
          model.on('change:bytes change:list', () => seen.push('changed'));
          return () => parent.postMessage('model ended', '*');
        },
        render({ model, el, signal }) {
          const bytes = model.get('bytes');
          el.append(Object.assign(document.createElement('button'), { onclick() {
            model.set({ bytes: new Uint8Array([bytes.getUint8(0) + 1]), list: [1, 2] });
            model.save_changes();
            el.append(seen.join());
          } }));
          signal.addEventListener('abort', () => parent.postMessage('view left', '*'));
          return () => parent.postMessage('view ended', '*');
        },
      };
    } };`;
    const declared = { bytes: { $bytes: 'Bw==' }, list: [1, 2], width: 10 };
    const place = await notebook.render(`out${++shown}`, {
      items: [
        {
          mime: MIME.widget,
          data: {
            kind: 'module',
            name: `w${shown}`,
            label: 'Bytes',
            value: declared,
            initial: declared,
            options: { script: maker },
          },
        },
      ],
    });
    await place.frameLocator('iframe').getByRole('button').click();
    expect(await posted()).toEqual([{ bytes: { $bytes: 'CA==' } }]);
    expect(await place.frameLocator('iframe').locator('#memoir-widget').textContent()).toBe('changed');
    await notebook.page.evaluate('onmessage = ({ data }) => typeof data === "string" && (host.said ??= []).push(data)');
    await notebook.setTheme(PAGE_THEMES.dark);
    await expect.poll(() => notebook.page.evaluate('host.said')).toEqual(['view left', 'view ended', 'model ended']);
    await notebook.setTheme(PAGE_THEMES.light);
  });

  test('a message it sends is a move where its state has room for one, else it is said that nobody hears it', async () => {
    const script = `var memoirWidget = { default: { render({ model, el, experimental }) {
      const send = () => model.send('hello');
      el.append(Object.assign(document.createElement('button'), { onclick: send }));
      experimental.invoke('load').catch((error) => el.append(error.message));
    } } };`;
    const hearing = await draw('module', { message: { content: 'hello', count: 1 } }, { script });
    await hearing.frameLocator('iframe').getByRole('button').click();
    expect(await posted()).toEqual([{ message: { content: 'hello', count: 2 } }]);
    const deaf = await draw('module', {}, { script });
    const frame = deaf.frameLocator('iframe');
    await frame.getByRole('button').dblclick();
    expect(await frame.getByText('Put message: null into its state').count()).toBe(1);
    await frame.getByText('no Python behind this widget to run load.').waitFor();
  });

  test('that fails says so, and reaches nothing of the page', async () => {
    const bad = 'var memoirWidget = { default: { render() { parent.document.body.remove(); } } };';
    const place = await draw('module', {}, { script: bad });
    await place.frameLocator('iframe').getByText('This widget ended with an error').waitFor();
  });
});

describe('a selection', () => {
  const rows = Array.from({ length: 12 }, (_, i) => ({
    month: i + 1,
    strikes: 10 + i * 3,
    origin: ['ATL', 'ORD'][i % 2]!,
  }));

  async function drawSelection(options: Parameters<typeof chart>[1], value: unknown): Promise<Locator> {
    const children = [(await toOutput(chart(rows, options)))!];
    return draw('selection', value, { children, param: 'brush' });
  }

  test('posts the stretch that is dragged in its chart, says it in words, and is cleared', async () => {
    const params = [{ name: 'brush', select: { type: 'interval', encodings: ['x'] } }];
    const place = await drawSelection({ mark: 'point', x: 'month', y: 'strikes', params } as never, {});
    const box = (await place.locator('canvas').boundingBox())!;
    const { mouse } = notebook.page;
    await mouse.move(box.x + 200, box.y + 60);
    await mouse.down();
    await mouse.move(box.x + 420, box.y + 60, { steps: 6 });
    await mouse.up();
    const { month } = (await posted()).at(-1) as { month: { min: number; max: number } };
    expect(month.max).toBeGreaterThan(month.min);
    await place.getByText(/^month from [\d.]+ to [\d.]+$/).waitFor();
    await place.getByRole('button', { name: 'Clear' }).click();
    await expect.poll(async () => (await posted()).at(-1)).toEqual({});
  });

  test('stands in its chart when that is drawn anew, in other colours, at another width, or by somebody else', async () => {
    const params = [{ name: 'brush', select: { type: 'interval', encodings: ['x'] } }];
    const state = { month: { min: 4, max: 7 } };
    const place = await drawSelection({ mark: 'point', x: 'month', y: 'strikes', params } as never, state);
    const brush = () => inked(place);
    const clear = place.getByRole('button', { name: 'Clear' });
    const before = await brush();
    await clear.click();
    await expect.poll(brush).toBeLessThan(before - 100);
    await notebook.receive({ type: 'widgets', values: { [`w${shown}`]: {} } });
    await notebook.receive({ type: 'widgets', values: { [`w${shown}`]: state } });
    await expect.poll(brush).toBeCloseTo(before, -1);
    await notebook.setTheme(PAGE_THEMES.dark);
    await notebook.setTheme(PAGE_THEMES.light);
    await expect.poll(brush).toBeCloseTo(before, -1);
    await notebook.page.setViewportSize({ width: 600, height: 900 });
    await notebook.page.setViewportSize({ width: 760, height: 900 });
    await expect.poll(brush).toBeCloseTo(before, -1);
    await place.getByText('month from 4 to 7').waitFor();
    expect(await posted()).toEqual([{}]);
  });

  test('posts the values that are clicked', async () => {
    const params = [{ name: 'brush', select: { type: 'point', encodings: ['y'] } }];
    const place = await drawSelection({ mark: 'bar', x: 'sum(strikes)', y: 'origin', params } as never, {});
    await place.locator('canvas').click({ position: { x: 120, y: 15 } });
    expect((await posted()).at(-1)).toEqual({ origin: { values: ['ATL'] } });
    await place.getByText('origin ATL', { exact: true }).waitFor();
  });
});

/** How many points of a chart have a colour. */
function inked(place: Locator): Promise<number> {
  return place.locator('canvas').evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, i) => i % 4 === 3 && value > 0).length;
  });
}

describe('a remark', () => {
  test('is shown in the corner until it is clicked', async () => {
    await notebook.receive({ type: 'toast', toast: { text: 'Saved', tone: 'info' } });
    await notebook.page.getByRole('status').getByText('Saved').click();
    expect(await notebook.page.getByText('Saved').count()).toBe(0);
  });
});
