import { afterEach, describe, expect, test } from 'vitest';
import { CLOSED } from '../../src/protocol/app.ts';
import type { TableData } from '../../src/protocol/output.ts';
import { ServedFolder } from './served.ts';

const YEARS = `// %% [markdown]
// # Years

// %% Year
import { slider, md } from 'memoir';
const year = slider('Year', { min: 2000, max: 2025, value: 2020 });

// %% Heavy
const square = year * year;

// %% Told {"hideCode": true}
md\`The square is \${square}.\`
`;

const opened: ServedFolder[] = [];
afterEach(async () => {
  for (const folder of opened.splice(0)) await folder.close();
});

function folder(notebook: string, files?: Readonly<Record<string, string>>): ServedFolder {
  const made = new ServedFolder(notebook, files);
  opened.push(made);
  return made;
}

describe('a served notebook', () => {
  test('gives each reader widgets of their own', async () => {
    const years = folder(YEARS);
    const app = await years.serve();
    const [one, two] = [await years.read(app), await years.read(app)];
    await Promise.all([one.untilShown('Told', '4080400'), two.untilShown('Told', '4080400')]);
    one.move('year', 2001);
    await one.untilShown('Told', '4004001');
    expect(two.text('Told')).toContain('4080400');
    expect([one.widgets, two.widgets]).toEqual([{ year: 2001 }, {}]);
  });

  test('shows its title and its cells without their code', async () => {
    const years = folder(YEARS);
    const reader = await years.read(await years.serve());
    expect(reader.layout?.title).toBe('Years');
    expect(JSON.stringify(reader.layout)).not.toContain('square =');
    expect(reader.layout?.cells.map(({ title, code }) => [title, code])).toEqual([
      ['', null],
      ['Year', null],
      ['Heavy', null],
      ['Told', null],
    ]);
  });

  test('tells nobody of cells that are hidden', async () => {
    const secret = folder(`${YEARS}
// %% Secret {"layout": "hidden"}
md\`A secret of \${square}.\`;

// %% [markdown] {"layout": "hidden"}
// Another secret.
`);
    const reader = await secret.read(await secret.serve());
    await reader.untilShown('Told', '4080400');
    reader.move('year', 2001);
    await reader.untilShown('Told', '4004001');
    expect([...reader.cells.keys()]).not.toContain('c4');
    expect(JSON.stringify([reader.layout, [...reader.cells]])).not.toMatch(/secret/i);
  });

  test('needs no kernel for what the cache holds', async () => {
    const years = folder(YEARS);
    const first = await years.serve();
    const before = await years.read(first);
    await before.untilShown('Told', '4080400');
    before.move('year', 2010);
    await before.untilShown('Told', '4040100');
    await years.end(first);

    const app = await years.serve();
    const readers = await Promise.all([years.read(app), years.read(app), years.read(app)]);
    for (const reader of readers) await reader.untilShown('Told', '4080400');
    readers[0]!.move('year', 2010);
    await readers[0]!.untilShown('Told', '4040100');
    expect(app.app.load).toEqual({ sessions: 3, pages: 3, kernels: 0 });
  });

  test('lets more readers compute at once than there are kernels', async () => {
    const years = folder(YEARS);
    const app = await years.serve({ maxKernels: 2 });
    const readers = await Promise.all(Array.from({ length: 6 }, () => years.read(app)));
    for (const reader of readers) await reader.untilShown('Told', '4080400');
    for (const [index, reader] of readers.entries()) reader.move('year', 2001 + index);
    await Promise.all(readers.map((reader, index) => reader.untilShown('Told', String((2001 + index) ** 2))));
    expect(app.app.load.kernels).toBe(2);
    readers[0]!.move('year', 2019); // its kernel may be another's by now
    await readers[0]!.untilShown('Told', String(2019 ** 2));
  });

  test('follows its file when it is told to', async () => {
    const years = folder(YEARS);
    const reader = await years.read(await years.serve({ watch: true }));
    await reader.untilShown('Told', 'The square is 4080400');
    reader.move('year', 2001);
    await reader.untilShown('Told', '4004001');
    years.edit(YEARS.replace('The square is', 'Squared:'));
    await reader.untilShown('Told', 'Squared: 4004001');
  });
});

describe('a session', () => {
  test('goes on where it was after a drop', async () => {
    const years = folder(YEARS);
    const app = await years.serve();
    const before = await years.read(app);
    await before.untilShown('Told', '4080400');
    before.move('year', 2003);
    await before.untilShown('Told', '4012009');
    before.drop();
    const after = await years.read(app, { session: before.session, page: before.page, widgets: { year: 2004 } });
    expect(after.session).toBe(before.session);
    await after.untilShown('Told', '4016016'); // moved while there was no line
    expect(app.app.load.sessions).toBe(1);
  });

  test('is made anew, with its widgets, on a server that was started again', async () => {
    const years = folder(YEARS);
    const first = await years.serve({ token: 'same' });
    const before = await years.read(first);
    await years.end(first);
    const second = await years.serve({ token: 'same' });
    const after = await years.read(second, { session: before.session, page: before.page, widgets: { year: 2005 } });
    await after.untilShown('Told', '4020025');
    expect(after.session).not.toBe(before.session);
  });

  test('is not shared by a tab that was duplicated, which begins where the other is', async () => {
    const years = folder(YEARS);
    const app = await years.serve();
    const one = await years.read(app);
    await one.untilShown('Told', '4080400');
    one.move('year', 2006);
    await one.untilShown('Told', '4024036');
    const copy = await years.read(app, { session: one.session, address: { year: '2006' } });
    expect(copy.session).not.toBe(one.session);
    copy.move('year', 2007);
    await copy.untilShown('Told', '4028049');
    expect(one.text('Told')).toContain('4024036');
  });

  test('takes its widgets from the address', async () => {
    const years = folder(YEARS);
    const reader = await years.read(await years.serve(), { address: { year: '2012' } });
    await reader.untilShown('Told', '4048144');
    expect(reader.widgets).toEqual({ year: 2012 });
    expect(reader.notices).toEqual([]);
  });

  test('says what an address asks for in vain', async () => {
    const years = folder(YEARS);
    const reader = await years.read(await years.serve(), { address: { year: '3000', yeer: '1' } });
    await reader.untilShown('Told', '4080400');
    await reader.until(() => reader.notices.length === 2);
    expect(reader.notices).toEqual([
      '“Year” must be a number from 2000 to 2025; the address says 3000.',
      'The address sets “yeer”, but nothing here goes by that name.',
    ]);
    await reader.until(() => Object.keys(reader.widgets).length === 0);
  });

  test('begins with its address when the page was loaded anew with another one', async () => {
    const years = folder(YEARS);
    const app = await years.serve();
    const before = await years.read(app);
    await before.untilShown('Told', '4080400');
    before.move('year', 2003);
    await before.untilShown('Told', '4012009');
    await before.close();
    const after = await years.read(app, { session: before.session });
    await after.untilShown('Told', '4080400');
    expect(after.widgets).toEqual({});
  });

  test('ends when nobody uses it, and its page is told', async () => {
    const years = folder(YEARS);
    const app = await years.serve({ idleMs: 400 });
    const reader = await years.read(app);
    await reader.until(() => reader.closed !== null);
    expect(reader.closed).toBe(CLOSED.idle);
    expect(app.app.load.sessions).toBe(0);
    const again = await years.read(app, { session: reader.session, page: reader.page, widgets: { year: 2008 } });
    await again.untilShown('Told', '4032064');
  });

  test('that loses its kernel touches no other', async () => {
    const crash = folder(`${YEARS}
// %% Crash
if (year === 2013) process.kill(process.pid, 'SIGKILL');
const alive = year;
`);
    const app = await crash.serve();
    const [one, two] = [await crash.read(app), await crash.read(app)];
    await Promise.all([one.untilShown('Told', '4080400'), two.untilShown('Told', '4080400')]);
    one.move('year', 2013);
    await one.until(() => one.state('Crash')?.status === 'failed');
    expect(one.state('Crash')?.problem).toContain('The kernel ended unexpectedly');
    two.move('year', 2014);
    await two.untilShown('Told', '4056196');
    one.move('year', 2015);
    await one.untilShown('Told', '4060225');
  });

  test('is refused when there are too many, unless another has been left', async () => {
    const years = folder(YEARS);
    const app = await years.serve({ maxSessions: 2 });
    const [one] = [await years.read(app), await years.read(app)];
    const third = await years.read(app);
    await third.until(() => third.closed !== null);
    expect(third.closed).toBe(CLOSED.full);
    await one.close();
    await expect.poll(() => app.app.load.pages).toBe(1);
    const fourth = await years.read(app);
    await fourth.untilShown('Told', '4080400');
  });

  test('runs a cell that waits to be asked', async () => {
    const manual = folder(`// %% Now {"run": "manual"}
import { md } from 'memoir';
md\`It ran.\`
`);
    const reader = await manual.read(await manual.serve());
    await reader.until(() => reader.state('Now')?.status === 'manual');
    reader.post({ type: 'run', cell: 'c0' });
    await reader.untilShown('Now', 'It ran.');
  });

  test('turns the pages of a table that it shows, and gives no others', async () => {
    const lines = Array.from({ length: 2_500 }, (_, id) => `${id}\n`).join('');
    const long = folder("// %% Long\nimport { load } from 'memoir';\nawait load('long.csv')\n", {
      'long.csv': `id\n${lines}`,
    });
    const reader = await long.read(await long.serve());
    await reader.untilShown('Long', '2500');
    const { pages } = reader.state('Long')!.outputs![0]!.items[0]!.data as TableData;
    for (const one of [pages!, 'another']) reader.post({ type: 'rows', pages: one, from: 2_000, count: 1_000 });
    await reader.until(() => reader.rows.length === 2);
    expect(reader.rows.find((event) => event.rows)).toMatchObject({ pages, from: 2_000 });
    expect(reader.rows.find((event) => event.rows)?.rows?.at(-1)).toEqual([2_499]);
    expect(reader.rows.find((event) => !event.rows)).toMatchObject({ pages: 'another', rows: null });
  });
});
