import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ProfileView } from '../../src/protocol/panel.ts';
import { PAGE_THEMES as THEMES } from '../../webview/pageTheme.ts';
import { ProfileHost } from './support/profileHost.ts';
import { flameOf, type Stack, sampleView } from './support/profileViews.ts';

const PRICES = '/home/reader/shop/src/prices.ts';

let host: ProfileHost;
let view: ProfileView;
beforeAll(async () => {
  [host, view] = await Promise.all([ProfileHost.open(), sampleView()]);
});
afterAll(() => host.close());
beforeEach(async () => {
  host.problems.length = 0;
  await host.page.setViewportSize({ width: 1200, height: 1400 });
  await host.reload();
});

const canvas = () => host.page.locator('.flame canvas');
const picture = () => canvas().evaluate((element: unknown) => (element as { toDataURL(): string }).toDataURL());
const spoken = () => host.page.locator('.spoken').textContent();

/** How many pixels of the canvas are drawn on, as a share. */
const inked = () =>
  canvas().evaluate((element: unknown) => {
    const { data } = pixels(element as Canvas);
    return data.filter((part, i) => i % 4 === 3 && part > 0).length / (data.length / 4);

    function pixels(it: Canvas) {
      return it.getContext('2d').getImageData(0, 0, it.width, it.height);
    }
  });

interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): { getImageData(x: number, y: number, w: number, h: number): { data: Uint8ClampedArray } };
}

function changed(part: Partial<ProfileView['result']>, rest: Partial<ProfileView> = {}): ProfileView {
  return { ...view, ...rest, result: { ...view.result, ...part } };
}

describe('the page of a profile', () => {
  test('asks for its data and says nothing else', async () => {
    expect(await host.page.getByText('Reading the profile').isVisible()).toBe(true);
    expect(await host.posted()).toEqual([]);
  });

  test('tells the time of a call, how sure that is, and how it was taken', async () => {
    await host.show(view);
    const text = await host.page.locator('main').textContent();
    for (const part of [
      '12.4 ms',
      '± 0.1 ms',
      '12.3 ms and 12.6 ms',
      '12.8 ms',
      '15.2 ms',
      '212 calls',
      '250 µs',
      '14 %',
    ]) {
      expect(text).toContain(part);
    }
  });

  test.each(Object.keys(THEMES) as (keyof typeof THEMES)[])(
    'is drawn in the %s theme without a word of complaint',
    async (name) => {
      await host.setTheme(name);
      await host.show(view);
      await host.page.locator('.times canvas').waitFor();
      expect(await inked()).toBeGreaterThan(0.3);
      expect(host.problems).toEqual([]);
    },
  );

  test('follows a change of theme', async () => {
    await host.show(view);
    const before = await picture();
    await host.setTheme('dark');
    await expect.poll(picture).not.toBe(before);
  });

  test.each([400, 800, 1600])('fits a width of %d pixels', async (width) => {
    await host.page.setViewportSize({ width, height: 900 });
    await host.show(view);
    expect(await host.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  });

  test('shows a newer profile in place of the old one', async () => {
    await host.show(view);
    await host.show(changed({ target: { ...view.result.target, name: 'yearlyReport' } }));
    await host.page.getByRole('heading', { name: 'yearlyReport' }).waitFor();
    expect(await host.page.locator('main').count()).toBe(1);
  });

  test('shows markup in names as text', async () => {
    await host.show(changed({ notes: ['<img src=x onerror="host.posted.push(1)">'] }));
    expect(await host.page.locator('.notes img').count()).toBe(0);
  });

  test('posts what its buttons stand for', async () => {
    await host.show(view);
    await host.page.getByRole('button', { name: 'src/report.ts:12' }).first().click();
    await host.page.getByRole('button', { name: 'Export Profile' }).click();
    await host.page.getByRole('button', { name: 'Profile Again' }).click();
    expect(await host.posted()).toEqual([
      { type: 'openLine', file: view.result.target.file, line: 12 },
      { type: 'export' },
      { type: 'again', seconds: null },
    ]);
  });
});

describe('the hot lines', () => {
  test('lead to the source with a click or Enter, once', async () => {
    await host.show(view);
    const first = host.page.getByRole('table', { name: 'Hot lines' }).getByRole('button', { name: 'for (const rule' });
    await first.click();
    await first.press('Enter');
    await host.page.getByRole('cell', { name: '31.8 %' }).click();
    expect(await host.posted()).toEqual(Array(3).fill({ type: 'openLine', file: PRICES, line: 7 }));
  });

  test('can be sorted by total time, and all be shown', async () => {
    await host.show(view);
    const rows = host.page.getByRole('table', { name: 'Hot lines' }).locator('tbody tr');
    await host.page.getByRole('button', { name: 'Show all 10 lines' }).click();
    expect(await rows.count()).toBe(10);
    await host.page.getByRole('table', { name: 'Hot lines' }).getByRole('button', { name: 'Total ms' }).click();
    expect(await rows.nth(1).textContent()).toContain('readRows(path)');
  });

  test('are missed with a sentence when nothing is sure', async () => {
    await host.show(changed({ cpu: { ...view.result.cpu!, lines: [] } }));
    await host.page.getByText('No line took enough time to be sure of it.').waitFor();
  });
});

describe('what became of the profile', () => {
  const error = { name: 'TypeError', message: 'rule is undefined', file: PRICES, line: 7, column: 3 };

  test('is the error and its line when the function threw', async () => {
    await host.show(changed({ outcome: 'threw', error, timing: null, cpu: null }, { flame: null, runTimes: null }));
    const alert = host.page.getByRole('alert');
    expect(await alert.textContent()).toContain('TypeError: rule is undefined');
    expect(await alert.textContent()).toContain('price = rule.apply(price)');
    await alert.getByRole('button', { name: 'src/prices.ts:7' }).click();
    expect(await host.posted()).toEqual([{ type: 'openLine', file: PRICES, line: 7 }]);
  });

  test('is said when it ended at its deadline, with where it was', async () => {
    await host.show(changed({ outcome: 'deadline', timing: null }, { runTimes: null }));
    await host.page.getByText('Stopped at its deadline').waitFor();
    expect(await inked()).toBeGreaterThan(0.3);
  });

  test('is an offer to profile for longer when there are too few samples', async () => {
    await host.show(changed({ cpu: { ...view.result.cpu!, ticks: 6, lines: [], functions: [] } }));
    await host.page.getByText('Too few samples for a flame chart: the function ran 1.50 ms').waitFor();
    await host.page.getByRole('button', { name: 'Profile for 10 s' }).click();
    expect(await host.posted()).toEqual([{ type: 'again', seconds: 10 }]);
  });
});

describe('the flame chart', () => {
  const chart = () => host.page.getByRole('application', { name: 'Flame chart' });
  const all = () => host.page.getByRole('button', { name: 'Show all', exact: true });

  test('says the frame that the arrow keys reach, and Enter opens its line', async () => {
    await host.show(view);
    await chart().focus();
    await host.page.keyboard.press('ArrowDown');
    expect(await spoken()).toMatch(
      /^priceOf, 6\.03 ms \(60\.2 %\) total, 4\.03 ms \(40\.2 %\) self, src\/prices\.ts:4, level 2/,
    );
    await host.page.keyboard.press('ArrowRight');
    expect(await spoken()).toMatch(/^readRows/);
    await host.page.keyboard.press('Enter');
    expect(await host.posted()).toEqual([{ type: 'openLine', file: '/home/reader/shop/src/report.ts', line: 40 }]);
  });

  test('zooms to a frame with a click or Space and shows all again with Escape', async () => {
    await host.show(view);
    const whole = await picture();
    await canvas().click({ position: { x: 900, y: 30 } });
    await host.settle();
    const zoomed = await picture();
    expect(zoomed).not.toBe(whole);
    await chart().press('Escape');
    expect(await all().isDisabled()).toBe(true);
    await chart().press(' ');
    await host.settle();
    expect(await picture()).toBe(zoomed);
    await all().click();
    expect(await all().isDisabled()).toBe(true);
  });

  test('zooms with the wheel and Ctrl, moves when dragged, and leaves the bare wheel to the page', async () => {
    await host.show(view);
    await canvas().hover({ position: { x: 300, y: 30 } });
    await host.page.mouse.wheel(0, -200);
    expect(await all().isDisabled()).toBe(true);
    await host.page.keyboard.down('Control');
    await host.page.mouse.wheel(0, -400);
    await host.page.keyboard.up('Control');
    await expect.poll(() => all().isDisabled()).toBe(false);
    await canvas().hover({ position: { x: 300, y: 30 } });
    await host.settle();
    const before = await picture();
    await host.page.mouse.down();
    await host.page.mouse.move(500, 0);
    await host.page.mouse.up();
    await expect.poll(picture).not.toBe(before);
    expect(await host.posted()).toEqual([]);
  });

  test('opens the line of a frame that is clicked with Ctrl, and tells its numbers under the pointer', async () => {
    await host.show(view);
    await canvas().hover({ position: { x: 100, y: 30 } });
    expect(await host.page.locator('.tooltip:popover-open').textContent()).toContain('2,900 self, 4,340 total');
    await canvas().click({ position: { x: 100, y: 30 }, modifiers: ['Control'] });
    expect(await host.posted()).toEqual([{ type: 'openLine', file: PRICES, line: 4 }]);
  });

  test('finds frames, says their part of the time, and goes through them', async () => {
    await host.show(view);
    const before = await picture();
    await chart().press('/');
    await host.page.keyboard.type('csv-parse');
    await host.page.getByText('2 frames, 18.2 % of the time').waitFor();
    await expect.poll(picture).not.toBe(before);
    const seen: (string | null)[] = [];
    for (let i = 0; i < 3; i++) {
      await host.page.keyboard.press('Enter');
      seen.push(((await spoken()) ?? '').split(',')[0]!);
    }
    expect(seen).toEqual(['parse', 'nextField', 'parse']);
    await host.page.keyboard.press('Escape');
    expect(await host.page.getByRole('searchbox').inputValue()).toBe('');
  });

  test('is a table for who cannot use it', async () => {
    await host.show(view);
    await host.page.getByText('Flame chart as a table').click();
    const rows = host.page.locator('.stacks tbody tr');
    const cells = ['2', 'priceOf', 'src/prices.ts:4', '40.2 %', '4.03 ms', '60.2 %', '6.03 ms'];
    await expect.poll(() => rows.nth(1).locator('th, td').allTextContents()).toEqual(cells);
    await rows.nth(1).getByRole('button').click();
    expect(await host.posted()).toEqual([{ type: 'openLine', file: PRICES, line: 4 }]);
  });

  test('of 200,000 stacks is drawn, and can be walked through', async () => {
    await host.show({ ...view, flame: flameOf(manyStacks(200_000)) });
    expect(await inked()).toBeGreaterThan(0.3);
    await chart().focus();
    for (let i = 0; i < 12; i++) await host.page.keyboard.press('ArrowDown');
    expect(await spoken()).toMatch(/level 13/);
    expect(host.problems).toEqual([]);
  });
});

/** With MEMOIR_SHOTS set, pictures to be looked at. */
describe.runIf(process.env.MEMOIR_SHOTS)('pictures', () => {
  test.each(Object.keys(THEMES) as (keyof typeof THEMES)[])('of the %s theme', async (name) => {
    mkdirSync(process.env.MEMOIR_SHOTS!, { recursive: true });
    await host.setTheme(name);
    for (const [kind, width] of [
      ['wide', 1200],
      ['narrow', 400],
    ] as const) {
      await host.page.setViewportSize({ width, height: 900 });
      await host.show(view);
      await host.page.locator('.times canvas').waitFor();
      await host.page.screenshot({
        path: join(process.env.MEMOIR_SHOTS!, `profile-${name}-${kind}.png`),
        fullPage: true,
      });
    }
  });
});

/** A tree of `count` nodes, up to 60 deep, the same each time. */
function manyStacks(count: number): Stack {
  let seed = 7;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  const make = (depth: number, budget: number): Stack => {
    const calls: Stack[] = [];
    let left = budget - 1;
    while (left > 0 && depth < 60) {
      const part = Math.max(1, Math.floor(left * (0.3 + random() * 0.6)));
      calls.push(make(depth + 1, part));
      left -= part;
    }
    return { name: `f${Math.floor(random() * 900)}`, self: 1 + Math.floor(random() ** 6 * 30), calls };
  };
  return make(0, count);
}
