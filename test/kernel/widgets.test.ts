import { describe, expect, test } from 'vitest';
import { MIME, type WidgetData } from '../../src/protocol/output.ts';
import { Cells, type Ran } from './cells.ts';

const ALL =
  'slider, range, number, text, textarea, select, multiselect, radio, checkbox, toggle, button, date, dateRange, file, color, form';

/** Runs a cell that makes widgets, with the states and settings given. */
function run(cells: Cells, body: string, more: Parameters<Cells['run']>[2] = {}): Promise<Ran> {
  return cells.run('Cell', `import { ${ALL} } from 'memoir';\n${body}`, more);
}

/** What `value` of a cell is. */
async function given(body: string, more: Parameters<Cells['run']>[2] = {}): Promise<unknown> {
  const { error, exports } = await run(new Cells(), body, more);
  if (error) throw new Error(error.message);
  return exports.find(({ name }) => name === 'value')?.json?.value;
}

async function problemOf(body: string, set: Readonly<Record<string, unknown>> = {}): Promise<string | undefined> {
  return (await run(new Cells(), body, { set })).error?.message;
}

const CHOICES = `['a', 'b', { label: 'Three', value: 3 }]`;

/** Each widget: how it is made, what it gives at first, a state, what that gives, what `--set` may say, and what not. */
const WIDGETS = [
  ['slider', `slider('W', { min: 5, max: 9 })`, 5, 7, 7, '8', 8, '10', 'value must be a number from 5 to 9; got "10".'],
  [
    'range',
    `range('W', { max: 9 })`,
    { min: 0, max: 9 },
    { min: 2, max: 3 },
    { min: 2, max: 3 },
    '7..4',
    { min: 4, max: 7 },
    '1..x',
    'value must be a number from 0 to 9; got "1..x".',
  ],
  ['number', `number('W', { min: 2 })`, 2, 2.5, 2.5, '3', 3, 1, 'value must be a number of 2 or more; got 1.'],
  [
    'text',
    `text('W', { pattern: /[A-Z]+/ })`,
    '',
    'ORD',
    'ORD',
    'ATL',
    'ATL',
    'x',
    'value must look like [A-Z]+; got "x".',
  ],
  [
    'textarea',
    `textarea('W', { maxLength: 3 })`,
    '',
    'a\nb',
    'a\nb',
    'abc',
    'abc',
    'abcd',
    'value must have at most 3 characters; got "abcd".',
  ],
  ['select', `select('W', ${CHOICES})`, 'a', 3, 3, 'Three', 3, 'c', 'value must be one of "a", "b", 3; got "c".'],
  [
    'multiselect',
    `multiselect('W', ${CHOICES})`,
    [],
    [3, 'a'],
    ['a', 3],
    'b, 3',
    ['b', 3],
    'b,c',
    'value must be a list of "a", "b", 3; got "b,c".',
  ],
  ['radio', `radio('W', ${CHOICES})`, 'a', 'b', 'b', '3', 3, 4, 'value must be one of "a", "b", 3; got 4.'],
  ['checkbox', `checkbox('W')`, false, true, true, 'true', true, 'yes', 'value must be true or false; got "yes".'],
  [
    'toggle',
    `toggle('W', { value: true })`,
    true,
    false,
    false,
    'false',
    false,
    1,
    'value must be true or false; got 1.',
  ],
  ['button', `button('W')`, 0, 3, 3, '1', 1, -1, 'value must be a whole number, 0 or more; got -1.'],
  [
    'date',
    `date('W', { max: '2026-12-31' })`,
    null,
    '2026-01-31',
    '2026-01-31',
    '2025-02-28',
    '2025-02-28',
    '2026-02-30',
    'value must be a day such as 2026-01-31 up to 2026-12-31; got "2026-02-30".',
  ],
  [
    'dateRange',
    `dateRange('W')`,
    null,
    { min: '2026-01-01', max: '2026-01-02' },
    { min: '2026-01-01', max: '2026-01-02' },
    '2026-03-01..2026-02-01',
    { min: '2026-02-01', max: '2026-03-01' },
    '2026-03-01',
    'value must be two ends such as 10..20; got "2026-03-01".',
  ],
  [
    'color',
    `color('W')`,
    '#1a75cc',
    '#ee642b',
    '#ee642b',
    '#FFF',
    '#ffffff',
    'red',
    'value must be a colour such as #1a75cc; got "red".',
  ],
] as const;

describe('a widget', () => {
  test.each(WIDGETS)('%s gives its state, takes `--set`, and says what it does not take', async (...row) => {
    const [kind, call, initial, state, moved, set, taken, wrong, problem] = row;
    const cells = new Cells();
    const source = `const value = ${call};`;
    const value = async (more = {}) => {
      const { error, exports } = await run(cells, source, more);
      return error ? error.message : exports[0]?.json?.value;
    };
    expect(await value()).toEqual(initial);
    expect(await value({ widgets: { value: state } })).toEqual(moved);
    expect(await value({ set: { value: set } })).toEqual(taken);
    expect(await value({ set: { value: wrong } })).toBe(problem);
    expect(await value({ widgets: { value: wrong } })).toEqual(initial); // its limits were edited since it was moved
    expect(cells.outputs.at(-1)?.items[0]).toMatchObject({
      mime: MIME.widget,
      data: { kind, name: 'value', label: 'W', initial },
    });
  });

  test('is told apart by its variable, or else by the cell and a number', async () => {
    const cells = new Cells();
    await run(cells, `const a = slider('A'); slider('B'); const { b } = { b: slider('C') };`);
    expect(cells.outputs.map(({ items }) => (items[0]!.data as WidgetData).name)).toEqual(['a', 'Cell 2', 'Cell 3']);
  });

  test('whose own value is wrong is an error of its cell', async () => {
    expect(await problemOf(`slider('W', { min: 5, value: 4 })`)).toBe(
      'slider "W": its `value` must be a number from 5 to 100; got 4.',
    );
    expect(await problemOf(`range('W', { min: 5, max: 5 })`)).toBe('range "W": `min` (5) must be below `max` (5).');
    expect(await problemOf(`select('W', [])`)).toBe('select "W" has no choices. Give it a list with at least one.');
    expect(await problemOf(`text('W', { pattern: '(' })`)).toBe('text "W": its `pattern` is no regular expression: (');
  });

  test('file gives name and bytes, of what was chosen or of a path', async () => {
    const body = `const f = file('Data'); const value = f && [f.name, new TextDecoder().decode(f.bytes)];`;
    expect(await given(body)).toBeNull();
    const base64 = Buffer.from('a,b').toString('base64');
    expect(await given(body, { widgets: { f: { name: 'x.csv', base64 } } })).toEqual(['x.csv', 'a,b']);
    const cells = new Cells({ 'y.csv': 'c' });
    const { exports, reads } = await run(cells, body, { set: { f: 'y.csv' } });
    expect(exports.find(({ name }) => name === 'value')?.json?.value).toEqual(['y.csv', 'c']);
    expect(reads).toContainEqual(expect.objectContaining({ kind: 'file', name: 'y.csv' }));
    expect(await problemOf(body, { f: 'none.csv' })).toBe('The file "none.csv" cannot be read: There is no such file.');
  });
});

describe('a form', () => {
  const body = `const value = form('Trip', () => {
    const from = text('From', { value: 'Oslo' });
    return { from, nights: slider('Nights', { min: 1, max: 14 }), extra: [checkbox('Insurance')] };
  });`;

  test('gives the values at the last submit, its fields named by variable, property or label', async () => {
    expect(await given(body)).toEqual({ from: 'Oslo', nights: 1, extra: [false] });
    const state = { from: 'Rome', nights: 3, Insurance: true };
    expect(await given(body, { widgets: { value: state } })).toEqual({ from: 'Rome', nights: 3, extra: [true] });
    expect(await given(body, { set: { value: { nights: 5 } } })).toEqual({ from: 'Oslo', nights: 5, extra: [false] });
  });

  test('is one output, drawn with its fields', async () => {
    const cells = new Cells();
    await run(cells, body);
    expect(cells.outputs).toHaveLength(1);
    const { kind, name, options, initial } = cells.outputs[0]!.items[0]!.data as WidgetData;
    expect([kind, name, initial]).toEqual(['form', 'value', { from: 'Oslo', nights: 1, Insurance: false }]);
    expect(options.children?.map(({ items }) => (items[0]!.data as WidgetData).name)).toEqual([
      'from',
      'nights',
      'Insurance',
    ]);
  });

  test('says which field does not take what was set, and which it has not', async () => {
    expect(await problemOf(body, { value: { nights: 20 } })).toBe(
      'value.nights must be a number from 1 to 14; got 20.',
    );
    expect(await problemOf(body, { value: { night: 2 } })).toBe('value has no night. It has from, nights, Insurance.');
    expect(await problemOf(body, { value: 'x' })).toBe('value must be an object, {"name": value, …}; got "x".');
  });
});

describe('in plain Node', () => {
  test('widgets give their initial values', async () => {
    const library = await import('../../src/index.ts');
    expect(library.slider('Year', { min: 2000, max: 2025 })).toBe(2000);
    expect(library.form('Trip', () => ({ nights: library.number('Nights', { value: 2 }) }))).toEqual({ nights: 2 });
  });
});
