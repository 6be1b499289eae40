import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cellTypeScript, type DocumentCell, isEdited, newCell } from '../../src/notebook/cellText.ts';
import {
  cellLines,
  EMPTY_DOCUMENT,
  type NotebookDocument,
  readDocument,
  writeDocument,
} from '../../src/notebook/document.ts';

function read(text: string): NotebookDocument {
  return readDocument(Buffer.from(text));
}

function write(document: NotebookDocument): string {
  return Buffer.from(writeDocument(document)).toString();
}

function edit(document: NotebookDocument, index: number, change: Partial<DocumentCell>): NotebookDocument {
  return { ...document, cells: document.cells.map((cell, at) => (at === index ? { ...cell, ...change } : cell)) };
}

/** A cell without its memory of the file. */
function shown({ raw: _, ...cell }: DocumentCell): Omit<DocumentCell, 'raw'> {
  return cell;
}

const WHOLE = `// %% [markdown]
// # Flight delays
//
// Which airports lose the most time?

// %% Load
import { load } from 'memoir';
const flights = await load('data/flights.csv');

// %% [sql] By airport {"cache": "off"}
const byAirport = await sql\`
  SELECT origin, count(*) AS flights
  FROM \${flights} WHERE delay > \${late}\`;

// %% Chart {"hideCode": true}
chart(byAirport, { mark: 'bar' })
`;

describe('reading', () => {
  test('a whole notebook gives its cells as they are shown', () => {
    expect(read(WHOLE).cells.map(shown)).toEqual([
      {
        kind: 'markdown',
        title: '',
        options: {},
        source: '# Flight delays\n\nWhich airports lose the most time?',
        declares: null,
      },
      {
        kind: 'code',
        title: 'Load',
        options: {},
        source: "import { load } from 'memoir';\nconst flights = await load('data/flights.csv');",
        declares: null,
      },
      {
        kind: 'sql',
        title: 'By airport',
        options: { cache: 'off' },
        source: 'SELECT origin, count(*) AS flights\nFROM ${flights} WHERE delay > ${late}',
        declares: 'byAirport',
      },
      {
        kind: 'code',
        title: 'Chart',
        options: { hideCode: true },
        source: "chart(byAirport, { mark: 'bar' })",
        declares: null,
      },
    ]);
  });

  test('text above the first marker is a cell unless it is blank', () => {
    expect(read('let a;\n// %% B\n').cells.map((cell) => cell.source)).toEqual(['let a;', '']);
    expect(read('\n \n// %% B\n').cells).toHaveLength(1);
    expect(read('').cells).toHaveLength(0);
    expect(read(' \n').cells).toHaveLength(0);
    expect(read('let a;').cells).toHaveLength(1);
  });

  test('29: marker text inside a template literal is not a cell', () => {
    const { cells } = read('// %% A\nconst t = `\n// %% not a cell\n`;\n// %% B\nlet b;\n');
    expect(cells.map(({ title }) => title)).toEqual(['A', 'B']);
    expect(cells[0]!.source).toBe('const t = `\n// %% not a cell\n`;');
  });

  test.each([
    ['// %%', 'code', '', {}],
    ['// %%   Spaced  out  ', 'code', 'Spaced  out', {}],
    ['// %% [markdown]', 'markdown', '', {}],
    ['// %% [python] Title', 'code', '[python] Title', {}],
    ['// %% [markdown]Title', 'code', '[markdown]Title', {}],
    ['// %% Title {"run": "manual"}', 'code', 'Title', { run: 'manual' }],
    ['// %% {"cache": {"ttl": "1h"}}', 'code', '', { cache: { ttl: '1h' } }],
    ['// %% Title {"run": "never"}', 'code', 'Title', { run: 'never' }],
    ['// %% Title {"colour": "red"}', 'code', 'Title {"colour": "red"}', {}],
    ['// %% Title {"__proto__": 1}', 'code', 'Title {"__proto__": 1}', {}],
    ['// %% Title {run: "manual"}', 'code', 'Title {run: "manual"}', {}],
    ['// %% Title{"run": "manual"}', 'code', 'Title{"run": "manual"}', {}],
    ['// %% Sets {"a", "b"} {"name": "{}"}', 'code', 'Sets {"a", "b"}', { name: '{}' }],
    ['// %% {"run": "auto"} first', 'code', '{"run": "auto"} first', {}],
  ])('the marker %j', (line, kind, title, options) => {
    expect(read(line).cells[0]).toMatchObject({ kind, title, options });
  });

  test.each([
    ['const a = 1;'],
    ['// note\nconst a = await sql`SELECT 1`;'],
    ['export const a = await sql`SELECT 1`;'],
    ['const a = sql`SELECT 1`;'],
    ['const a = await sql`SELECT 1`; a'],
    ['const a = await sql`SELECT 1`.rows();'],
    ['const a = await sql`SELECT 1'],
    ["const a = await sql`SELECT '\\n'`;"],
    ['const a = await sql`SELECT \\${b}`;'],
    [''],
  ])('an SQL cell that holds %j is shown as TypeScript, and kept', (code) => {
    const document = read(`// %% [sql] Title\n${code}`);
    expect(document.cells[0]).toMatchObject({ kind: 'code', title: '[sql] Title', source: code });
    expect(write(edit(document, 0, { source: 'const b = 2;' }))).toBe('// %% [sql] Title\nconst b = 2;');
  });

  test('a Markdown cell that holds code is shown as TypeScript', () => {
    expect(read('// %% [markdown]\n// a\nlet b;').cells[0]).toMatchObject({ kind: 'code', title: '[markdown]' });
  });

  test.each([
    ['const a = await sql`SELECT 1`;', 'SELECT 1'],
    ['const a=await sql`SELECT 1`', 'SELECT 1'],
    ['const a = await sql`\n    SELECT 1\n      FROM b\n  `;', 'SELECT 1\n  FROM b'],
    ['const a = await sql`SELECT ${b.map((c) => `x${c}`)}`;', 'SELECT ${b.map((c) => `x${c}`)}'],
    ["const a = await sql`SELECT \\`b\\`, '\\\\d' FROM ${c}`;", "SELECT `b`, '\\d' FROM ${c}"],
    ["const a = await sql`\n  SELECT '\n two\n  '\n  FROM b`;", " SELECT '\ntwo\n '\n FROM b"],
    ['const a = await sql``;', ''],
  ])('the SQL of %j', (code, sql) => {
    const document = read(`// %% [sql]\n${code}\n`);
    expect(document.cells[0]).toMatchObject({
      kind: 'sql',
      source: sql,
      declares: 'a',
    });
  });
});

describe('writing', () => {
  test('30: in a file with CRLF and no final newline only the edited cell changes', () => {
    const text = '// %% A\r\nlet a;  \r\n\r\n// %% B\r\nlet b;\r\n\r\n// %% C\r\nlet c;';
    expect(write(edit(read(text), 1, { source: 'let b;\nlet bb;' }))).toBe(text.replace('let b;', 'let b;\r\nlet bb;'));
    expect(write(edit(read(text), 2, { source: 'let c;\nlet cc;' }))).toBe(`${text}\r\nlet cc;`);
  });

  test('a title or an option changes the marker line alone', () => {
    const text = '// %%   A  \nlet a;\n\n\n// %% B {"hideCode":   true}\nlet b;\n';
    expect(write(edit(read(text), 0, { title: 'First' }))).toBe(text.replace('// %%   A  ', '// %% First'));
    expect(write(edit(read(text), 1, { options: { run: 'manual' } }))).toBe(
      text.replace('{"hideCode":   true}', '{"run":"manual"}'),
    );
    expect(write(edit(read(text), 1, { source: 'let bb;' }))).toBe(text.replace('let b;', 'let bb;'));
  });

  test('an edited SQL cell keeps its layout', () => {
    expect(write(edit(read(WHOLE), 2, { source: 'SELECT 1\n\nFROM ${a}' }))).toContain(
      'const byAirport = await sql`\n  SELECT 1\n\n  FROM ${a}`;\n\n// %% Chart',
    );
    expect(write(edit(read(WHOLE), 2, { declares: 'perAirport' }))).toBe(
      WHOLE.replace('const byAirport', 'const perAirport'),
    );
  });

  test('a Markdown line that looks like a marker stays text', () => {
    const written = write({
      ...EMPTY_DOCUMENT,
      cells: [newCell({ kind: 'markdown', source: '%% a\n\n %% b\n// %% c' })],
    });
    expect(written).toBe('// %% [markdown]\n//%% a\n//\n//  %% b\n// // %% c\n');
    expect(read(written).cells.map(({ source }) => source)).toEqual(['%% a\n\n %% b\n// %% c']);
  });

  test('new cells stand between blank lines, and the last line ends', () => {
    const document = read('// %% A\nlet a;');
    const cells = [
      newCell({ kind: 'code', source: 'let z;' }),
      ...document.cells,
      newCell({ kind: 'sql', source: 'SELECT 1' }),
    ];
    expect(write({ ...document, cells })).toBe(
      '// %%\nlet z;\n\n// %% A\nlet a;\n\n// %% [sql]\nconst query = await sql`SELECT 1`;\n',
    );
  });

  test('what stood above the first marker gets one when it moves down', () => {
    const document = read('let a;\n\n// %% B\nlet b;\n');
    expect(write({ ...document, cells: document.cells.toReversed() })).toBe('// %% B\nlet b;\n// %%\nlet a;\n\n');
    expect(write(edit(document, 0, { source: 'let aa;' }))).toBe('let aa;\n\n// %% B\nlet b;\n');
    expect(write(edit(document, 0, { title: 'A' }))).toBe('// %% A\nlet a;\n\n// %% B\nlet b;\n');
  });

  test('an invalid byte survives in cells that were not edited', () => {
    const bytes = Buffer.concat([
      Buffer.from('\ufeff// %% A\n// '),
      Buffer.from([0xff, 0xc3]),
      Buffer.from('\n// %% B\nlet b;\n'),
    ]);
    const document = readDocument(bytes);
    expect(document.cells.map(({ source }) => source)).toEqual(['// \ufffd\ufffd', 'let b;']);
    const written = Buffer.from(writeDocument(edit(document, 1, { source: 'let c;' })));
    expect(written.subarray(0, -7)).toEqual(bytes.subarray(0, -7));
    expect(written.subarray(-7).toString()).toBe('let c;\n');
  });
});

describe('the `;` for plain tools', () => {
  const text = '// %% A\nlet a = f // last\n\n// %% [markdown]\n// m\n\n// %% B\n[1].at(0)\n';

  test('goes in front of the lower cell when that is edited', () => {
    expect(write(edit(read(text), 2, { source: '/* two */ (2)' }))).toBe(text.replace('[1].at(0)', '/* two */ ;(2)'));
  });

  test('goes behind the upper cell when only that is edited', () => {
    expect(write(edit(read(text), 0, { source: 'let a = g // last' }))).toBe(text.replace('f // last', 'g; // last'));
  });

  test('is not written where no cell is edited, none is needed or the upper cell is open', () => {
    expect(write(read(text))).toBe(text);
    for (const [upper, lower] of [
      ['a;', '(b)'],
      ['a', '++b'],
      ['a', 'b'],
      ['// a', '(b)'],
      ['`a', '(b)'],
    ] as const)
      expect(write(edit(edit(read(text), 0, { source: upper }), 2, { source: lower }))).toContain(`\n${lower}\n`);
  });
});

describe('the TypeScript of a cell', () => {
  test('is what the file holds', () => {
    const { cells } = read(WHOLE);
    expect(cellTypeScript(cells[2]!)).toBe(
      'const byAirport = await sql`\n  SELECT origin, count(*) AS flights\n  FROM ${flights} WHERE delay > ${late}`;',
    );
    expect(cellTypeScript(cells[3]!)).toBe(cells[3]!.source);
    expect(cellTypeScript(cells[0]!)).toBe('');
  });

  test('leaves a `;` in front out, and everything else in its place', () => {
    expect(cellTypeScript(newCell({ kind: 'code', source: '// a;\n/* ; */ ;(b);' }))).toBe('// a;\n/* ; */  (b);');
    expect(cellTypeScript(newCell({ kind: 'code', source: 'a\n;(b)' }))).toBe('a\n;(b)');
  });

  test('begins on the line that is told for it', () => {
    const text = `let first;\n${WHOLE}`;
    const document = read(text);
    const all = text.split('\n');
    expect(cellLines(document).map((line) => all[line])).toEqual([
      'let first;',
      '// # Flight delays',
      "import { load } from 'memoir';",
      'const byAirport = await sql`',
      "chart(byAirport, { mark: 'bar' })",
    ]);
  });
});

const end = fc.constantFrom('\n', '\r\n', '\r');
const piece = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('// %%', '// %% [sql] S {"run": "auto"}', '// %% [markdown] M', '// %% C {"cache": 1}'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '`',
      '${',
      '}',
      "'",
      '/*',
      '*/',
      '\\',
      '(a)',
      'let a',
      '// x',
      '//',
      '  ',
      '\t',
      '\ufeff',
      '\u2028',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'const q = await sql`SELECT ${a}`;',
      'const q = await sql`\\`',
      'f(`\n// %% no\n`)',
      '"é🙂"',
    ),
  },
  { weight: 4, arbitrary: end },
  fc.string({ unit: 'grapheme', maxLength: 5 }),
);
const anyText = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
const anyFile = fc
  .array(
    fc.oneof({ weight: 8, arbitrary: anyText.map((text) => Buffer.from(text)) }, fc.uint8Array({ maxLength: 6 })),
    { maxLength: 4 },
  )
  .map((parts) => Buffer.concat(parts));

/** Code that closes what it opens, holds no marker and neither ends in a blank line nor needs a `;`. */
const closedCode = fc
  .array(
    fc.constantFrom(
      'let a;',
      'f(`x${`y`}`);',
      '',
      '/* ` */',
      '  b()',
      "'`'",
      'a / b;',
      '// %%no',
      '"é"',
      'x(`\n\n`);',
      'x;',
    ),
    { maxLength: 5 },
  )
  .map((lines) => lines.join('\n').trimEnd())
  .filter((code) => !/^[`(]/.test(code.trimStart()));
const anyTitle = fc.constantFrom('', 'Title', 'A {b} c', 'é', '{');
const anyOptions = fc.constantFrom({}, { cache: 'off' }, { cache: { ttl: '1h' }, name: 'x y' }, { run: 3 });
const anyCell = fc
  .oneof(
    fc.record({ kind: fc.constant('code' as const), source: closedCode, title: anyTitle, options: anyOptions }),
    fc.record({
      kind: fc.constant('markdown' as const),
      source: fc
        .array(
          fc.oneof(fc.constantFrom('', '# A', '%% b', ' c', '`', '/*', '// %% d'), fc.string({ unit: 'grapheme' })),
          { maxLength: 4 },
        )
        .map((lines) => lines.join('\n').replace(/\r/g, '')),
      title: anyTitle,
      options: anyOptions,
    }),
    fc.record({
      kind: fc.constant('sql' as const),
      source: fc
        .array(
          fc.oneof(
            fc.constantFrom(
              'SELECT',
              ' FROM ${a}',
              '${f(`${b}`)}',
              '\n',
              '\n  ',
              "'\\d'",
              '`c`',
              '${',
              '\\',
              '// %% d\n',
              '$',
            ),
            fc.string({ unit: 'grapheme' }),
          ),
          { maxLength: 6 },
        )
        .map((parts) => parts.join('').replace(/\r/g, '').trim()),
      title: anyTitle,
      options: anyOptions,
      declares: fc.constantFrom('q', 'größe', '$1', '_x'),
    }),
  )
  .map(newCell);

describe('for every file', () => {
  test('reading and writing gives the same bytes, also through JSON', () => {
    fc.assert(
      fc.property(anyFile, (bytes) => {
        const document: NotebookDocument = JSON.parse(JSON.stringify(readDocument(bytes)));
        expect(Buffer.from(writeDocument(document))).toEqual(bytes);
        expect(document.cells.filter(isEdited)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  test('editing one cell changes only the bytes of that cell', () => {
    fc.assert(
      fc.property(anyFile, fc.nat(), fc.oneof(closedCode, anyText), (bytes, place, source) => {
        const document = readDocument(bytes);
        fc.pre(document.cells.length > 0);
        const index = place % document.cells.length;
        const written = Buffer.from(writeDocument(edit(document, index, { source })));
        const size = (cells: readonly DocumentCell[]) => cells.reduce((sum, cell) => sum + rawSize(cell), 0);
        const before = (document.bom ? 3 : 0) + Buffer.byteLength(document.head) + size(document.cells.slice(0, index));
        const after = size(document.cells.slice(index + 1));
        expect(written.subarray(0, before)).toEqual(bytes.subarray(0, before));
        expect(written.subarray(written.length - after)).toEqual(bytes.subarray(bytes.length - after));
      }),
      { numRuns: 1000 },
    );
  });

  test('every line end, mark and blank of the file is used for cells that are edited', () => {
    fc.assert(
      fc.property(end, fc.array(anyCell, { minLength: 1, maxLength: 5 }), fc.boolean(), (eol, cells, bom) => {
        const text = Buffer.from(writeDocument({ bom, eol, head: '', cells })).toString();
        expect(text.replaceAll(eol, '')).not.toMatch(/[\r\n]/);
      }),
    );
  });
});

test('for cells without markers and open literals, writing and reading gives the same cells', () => {
  fc.assert(
    fc.property(fc.array(anyCell, { maxLength: 6 }), end, fc.boolean(), (cells, eol, bom) => {
      const document = readDocument(writeDocument({ bom, eol, head: '', cells }));
      expect(document.cells.map(shown)).toEqual(cells.map(shown));
      expect(document.bom).toBe(bom);
    }),
    { numRuns: 1000 },
  );
});

function rawSize({ raw }: DocumentCell): number {
  return typeof raw === 'string' ? Buffer.byteLength(raw) : Buffer.from(raw!.base64, 'base64').length;
}
