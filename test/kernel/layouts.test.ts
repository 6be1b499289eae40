import { describe, expect, test } from 'vitest';
import {
  type LayoutData,
  MIME,
  type Output,
  type ProgressData,
  type StatData,
  type WidgetData,
} from '../../src/protocol/output.ts';
import { Cells, written } from './cells.ts';

const FROM_MEMOIR = `import { accordion, audio, callout, chart, code, columns, display, download, html, image, json, live, md, mermaid, progress, refresh, select, selection, sidebar, slider, stat, tableView, tabs, toast, widget } from 'memoir';\n`;

/** Runs a cell that must succeed and gives what it shows. */
async function shown(body: string, cells = new Cells()): Promise<readonly Output[]> {
  const { error } = await cells.run('Cell', FROM_MEMOIR + body);
  if (error) throw new Error(error.message);
  return cells.outputs;
}

async function problem(body: string): Promise<string | undefined> {
  return (await new Cells().run('Cell', FROM_MEMOIR + body)).error?.message;
}

function data<T>(output: Output | undefined): T {
  return output!.items[0]!.data as T;
}

describe('a layout', () => {
  test('holds what its values show, and bytes as text', async () => {
    const [output, ...rest] = await shown(
      `columns([[{ a: 1 }], md\`Hello\`, image(Buffer.from('GIF89a')), 42], { widths: [2, 1, 1, 1] })`,
    );
    const layout = data<LayoutData>(output);
    expect(rest).toEqual([]);
    expect([layout.kind, layout.widths]).toEqual(['columns', [2, 1, 1, 1]]);
    expect(layout.children.map(({ outputs }) => outputs[0]!.items[0]!.mime)).toEqual([
      MIME.table,
      MIME.markdown,
      'image/gif',
      MIME.value,
    ]);
    expect(layout.children[2]!.outputs[0]!.items[0]).toEqual({
      mime: 'image/gif',
      data: Buffer.from('GIF89a').toString('base64'),
      base64: true,
    });
  });

  test('of a function arranges the widgets that it declares, named by its properties, and gives what it returns', async () => {
    const cells = new Cells();
    const [output, ...rest] = await shown(
      `const { year, region } = columns(() => ({ year: slider('Year', { min: 2000, max: 2025 }), region: select('Region', ['East', 'West']) }));
       const both = [year, region].join();`,
      cells,
    );
    expect(rest).toEqual([]);
    const widgets = data<LayoutData>(output).children.map(({ outputs }) => data<WidgetData>(outputs[0]));
    expect(widgets.map(({ name, value }) => [name, value])).toEqual([
      ['year', 2000],
      ['region', 'East'],
    ]);
    const { exports } = await cells.run('Below', 'both');
    expect(exports).toEqual([]);
  });

  test('of an async function waits for what it shows', async () => {
    const outputs = await shown(`await sidebar(async () => { await null; display('one'); slider('Two'); })`);
    expect(data<LayoutData>(outputs[0]).children[0]!.outputs).toHaveLength(2);
  });

  test('with functions for panels holds what they show and give', async () => {
    const [tabbed] = await shown(`tabs({ First: () => { display('shown'); return 'given'; }, Second: 2 })`);
    const { children, kind } = data<LayoutData>(tabbed);
    expect([kind, children.map(({ title, outputs }) => [title, outputs.length])]).toEqual([
      'tabs',
      [
        ['First', 2],
        ['Second', 1],
      ],
    ]);
    expect(tabbed!.items.at(-1)!.data).toBe(
      'First\nshown\ngiven\n\nSecond\n2'.replace('shown\ngiven', "'shown'\n'given'"),
    );
  });

  test('within a layout is one output, and a remark reads text as Markdown', async () => {
    const [output] = await shown(
      `accordion({ More: columns([callout('**Mind**', { tone: 'warning' }), stat('A', 1)]) })`,
    );
    const inner = data<LayoutData>(data<LayoutData>(output).children[0]!.outputs[0]);
    const remark = data<LayoutData>(inner.children[0]!.outputs[0]);
    expect([remark.kind, remark.tone, remark.title, remark.children[0]!.outputs[0]!.items[0]!.mime]).toEqual([
      'callout',
      'warning',
      'Warning',
      MIME.markdown,
    ]);
  });

  test('tells a chart of a column that is not there at the cell', async () => {
    expect(await problem(`columns([chart([{ a: 1 }], { mark: 'bar', x: 'b' })])`)).toContain('b');
  });

  test('tabs with choices are a widget', async () => {
    const [output] = await shown(`const view = tabs('View', ['Month', 'Year'])`);
    expect(data<WidgetData>(output)).toMatchObject({ kind: 'tabs', name: 'view', value: 'Month' });
  });
});

describe('a stat', () => {
  test.each([
    [`stat('A', 1204, { before: 1100 })`, { value: '1,204', change: { text: '+104', direction: 'up', good: null } }],
    [
      `stat('A', 0.913, { format: 'percent', change: -0.02, good: 'up' })`,
      { value: '91 %', change: { text: '−2 %', direction: 'down', good: false } },
    ],
    [
      `stat('A', 1240, { format: 'duration', change: 0 })`,
      { value: '1.24 s', change: { text: '±0 ms', direction: 'same', good: null } },
    ],
    [`stat('A', 0.31712, { unit: 'km', trend: [1, NaN, 3] })`, { value: '0.317 km', trend: [1, 3] }],
    [`stat('A', 'many')`, { value: 'many' }],
  ])('%s', async (call, wanted) => {
    expect(data<StatData>((await shown(call))[0])).toMatchObject({ label: 'A', ...wanted });
  });

  test('in a format that is none says which there are', async () => {
    expect(await problem(`stat('A', 1, { format: '.2f' })`)).toContain('no format ".2f". Give "number"');
  });
});

describe('progress', () => {
  test('tells how far any iterable is, in one output', async () => {
    const cells = new Cells();
    await shown(
      `let sum = 0; for (const n of progress([1, 2, 3], 'Adding')) sum += n; for await (const n of progress((async function* () { yield 4; })(), { total: 1 })) sum += n; sum`,
      cells,
    );
    const bars = cells.outputs.filter(({ id }) => id);
    expect(new Set(bars.map(({ id }) => id)).size).toBe(2);
    expect(data<ProgressData>(bars[0])).toMatchObject({ label: 'Adding', done: 0, total: 3, state: 'running' });
    const ends = bars.filter((bar) => data<ProgressData>(bar).state === 'done');
    expect(ends.map((bar) => data<ProgressData>(bar).done)).toEqual([3, 1]);
    expect(cells.outputs.at(-1)!.items.at(-1)!.data).toBe('10');
  });

  test('within a layout is one output', async () => {
    const outputs = await shown(`sidebar(() => { for (const n of progress([1, 2, 3])) n; })`);
    expect(data<LayoutData>(outputs[0]).children[0]!.outputs).toHaveLength(1);
  });

  test('that is left early says where it stopped', async () => {
    const outputs = await shown(`for (const n of progress([1, 2, 3])) if (n === 2) break;`);
    expect(data<ProgressData>(outputs.at(-1))).toMatchObject({ done: 1, state: 'stopped' });
  });
});

describe('progress of a cell that is interrupted', () => {
  test('says where it stopped', async () => {
    const cells = new Cells();
    const running = cells.run(
      'Cell',
      `${FROM_MEMOIR}for (const n of progress([1, 2, 3])) { if (n === 2) console.log('here'); if (n > 1) await new Promise(() => {}); }`,
    );
    await written(cells, 'here');
    await cells.kernel.interrupt();
    expect((await running).status).toBe('interrupted');
    expect(data<ProgressData>(cells.outputs.at(-1))).toMatchObject({ done: 1, state: 'stopped' });
  });
});

describe('live values', () => {
  const TICKS = `async function* ticks(signal) { for (let n = 1; n <= 5 && !signal.aborted; n++) { yield n; await new Promise((done) => setTimeout(done, 60)); } console.log('ended', signal.aborted); }\n`;

  test('are done with the first, and go on in its place', async () => {
    const cells = new Cells();
    const updates: Output[] = [];
    const last = new Promise<void>((done) => {
      cells.kernel.onEvent((event) => {
        if (event.type !== 'update') return;
        updates.push(event.output);
        if (textOf(event.output) === '5') done();
      });
    });
    const ran = await cells.run('Cell', `${FROM_MEMOIR}${TICKS}live(ticks, (n) => n)`);
    expect([ran.shown, ran.impure]).toEqual(['1', ['live values']]);
    await last;
    expect(new Set([cells.outputs[0]!.id, ...updates.map(({ id }) => id)]).size).toBe(1);
  });

  test('end when their cell runs again', async () => {
    const cells = new Cells();
    const updated = new Promise<void>((done) => {
      cells.kernel.onEvent((event) => event.type === 'update' && done());
    });
    const endless = `live(async function* (signal) {
      globalThis.over = new Promise((end) => signal.addEventListener('abort', () => end('over')));
      for (let n = 0; !signal.aborted; n++) { yield n; await new Promise((done) => setTimeout(done, 60)); }
    })`;
    await cells.run('Cell', FROM_MEMOIR + endless);
    await updated;
    await cells.run('Cell', '1');
    expect(await cells.show('await globalThis.over')).toBe("'over'");
  });

  test('that end without one are an error of the cell', async () => {
    expect(await problem('live((async function* () {})())')).toBe('What this cell shows live ended without a value.');
  });
});

describe('beside its outputs a cell', () => {
  test('makes remarks, and asks to be refreshed', async () => {
    const cells = new Cells();
    const heard: unknown[] = [];
    const moved = new Promise<void>((done) => {
      cells.kernel.onEvent((event) => {
        if (event.type === 'toast') heard.push(event.toast);
        if (event.type === 'move') done(void heard.push(event));
      });
    });
    const { impure } = await cells.run(
      'Cell',
      `${FROM_MEMOIR}toast('Done', { tone: 'warning' }); const tick = refresh('0.1 s');`,
    );
    expect(impure).toContain('clock');
    await moved;
    expect(heard).toEqual([
      { text: 'Done', tone: 'warning' },
      { type: 'move', name: 'tick', value: 1 },
    ]);
    expect(await problem(`refresh('soon')`)).toBe(
      'refresh("soon") wants milliseconds, 100 or more, or a time such as "30 s".',
    );
  });
});

describe('files and code', () => {
  test('a download holds rows as CSV, with quotes where they are needed', async () => {
    const [output] = await shown(`download([{ a: 1, b: 'x,"y"' }, { a: null, c: new Date(0) }], 'rows.csv')`);
    const { base64, mime, name } = data<{ base64: string; mime: string; name: string }>(output);
    expect([name, mime, Buffer.from(base64, 'base64').toString()]).toEqual([
      'rows.csv',
      'text/csv',
      'a,b,c\r\n1,"x,""y""",\r\n,,1970-01-01T00:00:00.000Z\r\n',
    ]);
  });

  test('sound is known by its first bytes, and a text is no sound', async () => {
    const [output] = await shown(`audio(Buffer.from('RIFF____WAVEfmt '))`);
    expect(output!.items[0]).toMatchObject({ mime: 'audio/wav' });
    expect(await problem(`audio(Buffer.from('text'))`)).toBe(
      'This is no audio in a format that is known. Give it as {mime: "audio/…"}.',
    );
  });

  test('json shows every entry, and says what is no JSON', async () => {
    const [output] = await shown(`json(Array.from({ length: 5000 }, (_, i) => i))`);
    expect(data<{ entries: unknown[] }>(output).entries).toHaveLength(5_000);
    expect(await problem('json(10n)')).toBe(
      'This value cannot be written as JSON: Do not know how to serialize a BigInt',
    );
  });

  test('code and diagrams carry their text', async () => {
    const outputs = await shown(`display(code('1 + 1')); mermaid('graph LR; a --> b')`);
    expect(outputs.map((output) => data(output))).toEqual([
      { code: '1 + 1', language: 'typescript' },
      { code: 'graph LR; a --> b', language: 'mermaid' },
    ]);
  });
});

describe('a widget of one’s own', () => {
  const MODULE = `export default { render({ model, el }) { el.textContent = model.get('count'); } }`;

  test('is bundled as one script, and gives its state', async () => {
    const cells = new Cells({
      'counter.ts': `import { start } from './start.ts'; globalThis.start = start; ${MODULE}`,
      'start.ts': 'export const start: number = 1;',
    });
    const source = `import { widget } from 'memoir'; const { count } = widget('counter.ts', { state: { count: 2 }, css: 'a { color: red }', label: 'Counter' }); count`;
    const first = await cells.run('Cell', source);
    expect([first.error, first.shown, first.impure]).toEqual([null, '2', []]);
    const { kind, value, options } = data<WidgetData>(cells.outputs[0]);
    expect([kind, value, options.css]).toEqual(['module', { count: 2 }, 'a { color: red }']);
    expect(options.script).toContain('memoirWidget');
    expect(first.reads.filter((read) => read.kind === 'file').map(({ name }) => name)).toEqual(
      expect.arrayContaining(['counter.ts', 'start.ts']),
    );
    const name = data<WidgetData>(cells.outputs[0]).name;
    expect((await cells.run('Cell', source, { widgets: { [name]: { count: 7 } } })).shown).toBe('7');
  });

  test('holds bytes, and what was not moved is as it is declared now', async () => {
    const cells = new Cells();
    const source = (width: number) =>
      `import { widget } from 'memoir'; const it = widget('export default {}', { state: { image: new Uint8Array([7]), width: ${width} } }); [...it.image, it.width].reduce((a, b) => a * 100 + b)`;
    expect((await cells.run('Cell', source(10))).shown).toBe('710');
    const { name, initial, value } = data<WidgetData>(cells.outputs[0]);
    expect([initial, value]).toEqual([
      { image: { $bytes: 'Bw==' }, width: 10 },
      { image: { $bytes: 'Bw==' }, width: 10 },
    ]);
    const widgets = { [name]: { image: { $bytes: 'CAk=' } } };
    expect((await cells.run('Cell', source(20), { widgets })).shown).toBe('80920');
  });

  test('that cannot be bundled, or comes from the network, says so', async () => {
    expect(await problem(`widget('https://esm.sh/x', { state: {} })`)).toBe(
      'Widgets load nothing from the network. Save https://esm.sh/x beside the notebook, and give its path.',
    );
    expect(await problem('widget("import x from \'https://esm.sh/x\'; export default {}", { state: {} })')).toContain(
      'Widgets load nothing from the network: https://esm.sh/x.',
    );
    expect(await problem('widget("export default {", { state: {} })')).toContain(
      "This widget's module cannot be used. widget.js, line 1:",
    );
    expect(await problem(`widget('none.js', { state: {} })`)).toBe('There is no file "none.js".');
  });
});

function textOf({ items }: Output): unknown {
  return items.at(-1)!.data;
}

describe('a selection', () => {
  const chart = `chart([{ month: 1, day: '2026-01-01', origin: 'ATL' }], { mark: 'MARK', x: { field: 'day', type: 'temporal' }, y: 'origin' })`;

  test('shows its chart with a parameter that suits it, and gives what `where` takes', async () => {
    const cells = new Cells();
    const source = `import { chart, selection } from 'memoir'; const picked = selection(${chart.replace('MARK', 'point')});`;
    await cells.run('Cell', source);
    const { kind, name, value, options } = data<WidgetData>(cells.outputs[0]);
    const spec = options.children![0]!.items[0]!.data as { params: unknown };
    expect([kind, name, value, options.param]).toEqual(['selection', 'picked', {}, 'selected']);
    expect(spec.params).toEqual([{ name: 'selected', select: { type: 'interval', encodings: ['x'] } }]);
    const state = { day: { min: 0, max: 86_400_000, time: true }, origin: { values: ['ATL'] } };
    await cells.run('Cell', source, { widgets: { picked: state } });
    expect(await cells.show('JSON.stringify(picked)')).toBe(
      `'${JSON.stringify({ day: { min: new Date(0), max: new Date(86_400_000) }, origin: ['ATL'] })}'`,
    );
  });

  test('of bars takes single values, and one that the chart brings is kept', async () => {
    const [output] = await shown(`const bars = selection(${chart.replace('MARK', 'bar')})`);
    const params = (o: Output | undefined) =>
      (data<WidgetData>(o).options.children![0]!.items[0]!.data as { params: unknown }).params;
    expect(params(output)).toEqual([{ name: 'selected', select: { type: 'point', encodings: ['x', 'y'] } }]);
    const own = `{ mark: 'point', x: 'month', params: [{ name: 'brush', select: 'interval' }] }`;
    const [brushed] = await shown(`const brush = selection(chart([{ month: 1 }], ${own}))`);
    expect(data<WidgetData>(brushed).options.param).toBe('brush');
  });
});
