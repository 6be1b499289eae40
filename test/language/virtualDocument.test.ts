import fc from 'fast-check';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { closersOf } from '../../src/language/closers.ts';
import { markOf, markPrivate, unmark } from '../../src/language/privateNames.ts';
import { type VirtualCell, VirtualDocument } from '../../src/language/virtualDocument.ts';

const HEAD = ['/// <reference path="memoir.d.ts" />'];

function code(text: string, id = text): VirtualCell {
  return { id, kind: 'code', text, declares: null };
}

function sql(text: string, declares: string): VirtualCell {
  return { id: declares, kind: 'sql', text, declares };
}

/** The names that stand at the top level of a module. */
function topLevel(text: string): string[] {
  const { statements } = ts.createSourceFile('n.ts', text, ts.ScriptTarget.Latest, true);
  return statements.flatMap((statement) =>
    ts.isVariableStatement(statement) ? statement.declarationList.declarations.map(({ name }) => name.getText()) : [],
  );
}

const SNIPPETS = [
  'const a = [1, { b: 2 }, (3)];',
  'function f(x: number) { if (x > 1) { return `${x} and ${[x, "}"].join(`,${x}`)}`; } return /[/"`]/.test("x"); }',
  "class C { #p = 1; get p() { return this.#p; } static { console.log('`'); } }",
  '/* a comment with ` and { */ const c = d ? (e) => ({ ...e }) : null; // `tail',
  'const later = await import(`./x`); export type T = { [K in "a"]: Array<K> };',
  'for (const [k, v] of Object.entries({ a: 1 })) { console.log(`${k}=${v}`); }',
  'switch (x) { case 1: break; default: throw new Error("no"); }',
  'const s = "a\\\n b"; const t = `${`${`x`}`}`; label: do { continue label; } while (false)',
];

describe('a half-written cell', () => {
  test('does not swallow the next one, wherever its text breaks off', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SNIPPETS), fc.nat(200), (snippet, end) => {
        const { text } = new VirtualDocument(HEAD, [code(snippet.slice(0, end)), code('const probe = 1;', 'probe')]);
        const source = ts.createSourceFile('n.ts', text, ts.ScriptTarget.Latest, true);
        const probe = source.statements.find((one) => one.getText(source).startsWith('const probe'));
        expect(probe, text).toBeDefined();
      }),
      { numRuns: 1000 },
    );
  });

  test('does not when a stretch is missing from its middle', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SNIPPETS), fc.nat(150), fc.integer({ min: 1, max: 12 }), (snippet, at, length) => {
        const broken = snippet.slice(0, at) + snippet.slice(at + length);
        const { text } = new VirtualDocument(HEAD, [code(broken), code('const probe = 1;', 'probe')]);
        const source = ts.createSourceFile('n.ts', text, ts.ScriptTarget.Latest, true);
        expect(
          source.statements.some((one) => one.getText(source).startsWith('const probe')),
          text,
        ).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('does not where a stroke begins an expression behind `await`, and divides elsewhere', () => {
    const { text } = new VirtualDocument(HEAD, [
      code('const later = await/x`); f();'),
      code('const probe = 1;', 'probe'),
    ]);
    const { statements } = ts.createSourceFile('n.ts', text, ts.ScriptTarget.Latest);
    expect(statements.map((one) => text.slice(one.pos, one.end).trim())).toContain('const probe = 1;');
  });

  test('is closed by what it left open, a complete one by nothing', () => {
    expect(closersOf('f(`${[a')).toBe(']}`)');
    expect(closersOf('/* a')).toBe('*/');
    for (const snippet of SNIPPETS) expect(closersOf(snippet)).toBe('');
  });
});

describe('places', () => {
  const text = fc.array(fc.constantFrom('const a = 1;', '', '  b(', '`x', "'\u2028", '// %% no'), { maxLength: 5 });
  const cells = fc.array(fc.tuple(text, fc.constantFrom('\n', '\r\n'), fc.boolean()), { minLength: 1, maxLength: 6 });

  test('in a cell are the same places in the module, and back', () => {
    fc.assert(
      fc.property(cells, (all) => {
        const made = all.map(([lines, eol, isSql], index) => {
          const made = lines.join(eol);
          return isSql ? sql(made, `t${index}`) : code(made, `c${index}`);
        });
        const virtual = new VirtualDocument(HEAD, made);
        const lines = virtual.text.split('\n');
        all.forEach(([written, , isSql], index) => {
          const id = made[index]!.id;
          for (const [line, text] of (written.length ? written : ['']).entries()) {
            const place = virtual.toVirtual(id, { line, character: text.length })!;
            expect(virtual.toCell(place)).toEqual({ cell: id, position: { line, character: text.length } });
            expect(lines[place.line]).toHaveLength(text.length);
            if (!isSql) expect(lines[place.line]).toBe(text);
          }
        });
      }),
    );
  });

  test('between cells belong to the end of the cell above', () => {
    const virtual = new VirtualDocument(HEAD, [code('f(1', 'a'), code('b', 'b')]);
    const line = virtual.toVirtual('a', { line: 0, character: 0 })!.line + 1;
    const range = { start: { line, character: 1 }, end: { line, character: 2 } };
    expect(virtual.rangeToCell(range)).toBeNull();
    const end = { line: 0, character: 3 };
    expect(virtual.clipToCell(range)).toEqual({ cell: 'a', range: { start: end, end } });
  });

  test('of lines that belong in front of everything are the start of the first cell with code', () => {
    const virtual = new VirtualDocument(HEAD, [sql('SELECT 1', 't'), code('a', 'a')]);
    const start = { line: 0, character: 0 };
    expect(virtual.editToCell({ range: { start, end: start }, newText: 'import x;\n' })).toEqual({
      cell: 'a',
      edit: { range: { start, end: start }, newText: 'import x;\n' },
    });
  });
});

test('an SQL cell declares its table, and its expressions are code', () => {
  const virtual = new VirtualDocument(HEAD, [sql('SELECT `a\\b` FROM ${rows} WHERE ${x', 'byOrigin')]);
  expect(topLevel(virtual.text)).toEqual(['byOrigin']);
  expect(virtual.text).toContain('\nSELECT  a b  FROM ${rows} WHERE  {x\n');
});

test('the lines of a cell that begins like a continuation do not join the cell above', () => {
  const { text } = new VirtualDocument([], [code('const a = b'), code('(1 + 1)'), code('`x`')]);
  expect(ts.createSourceFile('n.ts', text, ts.ScriptTarget.Latest).statements.length).toBeGreaterThanOrEqual(3);
});

describe('private names', () => {
  test('carry the mark of their cell, but not as members or in text', () => {
    const mark = markOf(3);
    const text = 'const _x = 1; o._x; "_x"; function f() { const _y = _x; return _y; }';
    const marked = markPrivate(text, mark);
    expect(marked).toBe(`const ${mark}x = 1; o._x; "_x"; function f() { const _y = ${mark}x; return _y; }`);
    expect(unmark({ label: [marked] })).toEqual({ label: [text] });
  });

  test('of two cells are two names', () => {
    expect(markOf(0)).not.toBe(markOf(1));
  });
});
