import { describe, expect, test } from 'vitest';
import { analyzeCell, exportedNames } from '../../src/notebook/parse.ts';

const names = (mentions: readonly { name: string }[]) => mentions.map(({ name }) => name);
const references = (source: string) => names(analyzeCell(source).references);
const typeReferences = (source: string) => names(analyzeCell(source).typeReferences);
const assignments = (source: string) => names(analyzeCell(source).assignments);
const declared = (source: string) => analyzeCell(source).declarations.map(({ name, kind }) => `${kind} ${name}`);
const messages = (source: string) => analyzeCell(source).errors.map(({ message }) => message);

describe('declarations', () => {
  test.each([
    ['const a = 1, b = 2; let c', ['const a', 'const b', 'let c']],
    ['const { a, b: c, d: [e, ...f], ...g } = o', ['const a', 'const c', 'const e', 'const f', 'const g']],
    ['const [a = 1, { b = 2 }] = o', ['const a', 'const b']],
    ['if (x) { var a } else { for (var b of y) { var c } }', ['var a', 'var b', 'var c']],
    ['{ function inner() {} let b; class C {} }', []],
    ['function f(a) { var b } async function* g() {}', ['function f', 'function g']],
    ['function f(a: string): void; function f(a: number): void; function f(a: any) {}', ['function f']],
    ['class A {} abstract class B {} enum C { X } const enum D { Y }', ['class A', 'class B', 'enum C', 'enum D']],
    ['namespace N { export const x = 1 } namespace A.B { export const y = 1 }', ['namespace N', 'namespace A']],
    ['namespace T { export type X = 1; export namespace U { interface Y {} } }', ['type T']],
    ['interface A {} type B = 1', ['type A', 'type B']],
    [
      'declare const a: 1; declare function b(): void; declare class C {} declare enum D {}',
      ['type a', 'type b', 'type C', 'type D'],
    ],
    ['declare global { var z: 1 } declare module "m" { export const q: 1 }', []],
    ['interface Both {} class Both {}', ['class Both']],
    ['function both() {} namespace both { export const x = 1 }', ['function both']],
    ['using a = f(); await using b = g()', ['const a', 'const b']],
    ['import d, { n as m } from "x"; import * as ns from "x"', ['import d', 'import m', 'import ns']],
    ['import type { A } from "x"; import { type B, c } from "x"', ['type A', 'type B', 'import c']],
    [
      'import r = require("x"); import type T = require("x"); import Alias = r.B',
      ['import r', 'type T', 'const Alias'],
    ],
    ['export default 1', ['const default']],
    ['export default function f() {}', ['function default', 'function f']],
    ['export default interface I {}', ['type default', 'type I']],
    ['export * from "x"; export { y } from "x"; export type { Z } from "x"', []],
    ['label: for (const i of x) break label', []],
    ['try {} catch (e) { let inner }', []],
    ['const é = 1, $ = 2', ['const é', 'const $']],
  ])('of `%s`', (source, expected) => {
    expect(declared(source).sort()).toEqual([...expected].sort());
    expect(messages(source)).toEqual([]);
  });

  test('know what is marked `export`, in every form', () => {
    const { declarations } = analyzeCell(
      'export const a = 1; const b = 2, c = 3; export { b as x }; export function d() {}',
    );
    expect(declarations.filter(({ exported }) => exported).map(({ name }) => name)).toEqual(['a', 'b', 'd']);
    const byDefault = analyzeCell('const a = 1; export default a');
    expect(byDefault.declarations.find(({ name }) => name === 'a')?.exported).toBe(true);
  });

  test('give the place of the name alone, in UTF-16 offsets', () => {
    const source = '"😀"; const size: number = 1';
    const [size] = analyzeCell(source).declarations;
    expect(source.slice(size!.start, size!.end)).toBe('size');
  });

  test('with a leading `_`, and what `using` disposes of, are private to the cell', () => {
    const analysis = analyzeCell('const _tmp = 1, a = 2; using file = open(); import { b as _b } from "x"');
    expect(analysis.declarations.filter((one) => one.private).map(({ name }) => name)).toEqual(['_tmp', 'file', '_b']);
    expect(exportedNames(analysis)).toEqual(['a']);
  });

  test('that hold values are what a cell exports: no types, no imports, no `default`', () => {
    const source =
      'import { i } from "x"; type T = 1; export default 1; enum E { A } function f() {} var v; declare const d: 1';
    expect(exportedNames(analyzeCell(source))).toEqual(['E', 'f', 'v']);
  });
});

describe('references', () => {
  test.each([
    ['a + b.c + d[e] + f(g)', ['a', 'b', 'd', 'e', 'f', 'g']],
    ['const a = 1; a + b', ['b']],
    ['b; const b = 1', []], // the dead zone is the cell's own affair
    ['f(); function f() {}', []],
    ['{ let a = 1; a } a', ['a']],
    ['if (x) { var a } a', ['x']],
    ['{ function f() {} } f()', ['f']], // strict code: a function belongs to its block
    ['(a, { b = c }, [d], ...e) => a + b + d + e + f', ['c', 'f']],
    ['function f(x = y) { var y; return x }', ['y']],
    ['(function g() { return g })', []],
    ['const C = class D { e = D; f = g }', ['g']],
    ['try {} catch ({ message = m }) { message }', ['m']],
    ['try {} catch { error }', ['error']],
    ['outer: for (;;) { continue outer }', []],
    ['for (const i of a) for (const j in b) for (let k = c; k < d; k++) i + j', ['a', 'b', 'c', 'd']],
    [
      'class A extends B { [c] = d; #e = f; static { g(this.#e) } get h() { return i } static j = k }',
      ['B', 'c', 'd', 'f', 'g', 'i', 'k'],
    ],
    ['@a class B { @c(d) e() {} }', ['a', 'c', 'd']],
    ['({ a, b: c, [d]: e, f() { return g }, get h() { return i }, ...j })', ['a', 'c', 'd', 'e', 'g', 'i', 'j']],
    ['typeof a; let b: typeof c', ['a']],
    ['this.a; new.b', []],
    ['enum E { A = x, B = A, C = A << 1, D = F.G }', ['x', 'F']],
    ['namespace N { export const a = b; a }', ['b']],
    ['namespace A.B { export const x = 1 } A.B.x', []],
    ['a`${b}`; `${c}`', ['a', 'b', 'c']],
    ['a?.b?.[c]?.(d)', ['a', 'c', 'd']],
    ['<T,>(x: T) => y as U satisfies V', ['y']],
    ['a!.b; (c as D).e; <F>g; h<I>(j)', ['a', 'c', 'g', 'h', 'j']],
    ['const f = g<string>; new H<I>(j)', ['g', 'H', 'j']],
    ['using a = b; await using c = d', ['b', 'd']],
    ['import.meta.url; await import(a)', ['a']],
    ['arguments; function f() { return arguments }', ['arguments']],
    ['const { a = b, [c]: d } = e', ['b', 'c', 'e']],
    ['switch (a) { case b: let c; c; default: d }', ['a', 'b', 'd']],
    ['function f(this: Foo, x?: Bar): x is Baz { return y }', ['y']],
    ['class A implements B { declare c: D; constructor(private e = f) {} }', ['f']],
    ['abstract class A { abstract [b]: C; abstract d(e: typeof g): void }', []],
    ['interface A { [key]: B } type C = typeof d', []],
    ['declare const a: 1; a + 1', ['a']], // declared here, but to be had elsewhere
    ['import type { A } from "x"; A', ['A']],
    ['export { a, b as c }', []], // for other modules only
    ['export default a', ['a']],
    ['import A = B.C; A', ['B']],
    ['a = 1; b += 1; c++', ['b', 'c']],
    ['delete a.b', ['a']],
  ])('of `%s`', (source, expected) => {
    expect(references(source)).toEqual(expected);
  });

  test('stand at their first mention', () => {
    const source = 'f(() => a); a';
    expect(analyzeCell(source).references.at(-1)).toEqual({ name: 'a', start: 8, end: 9 });
  });

  test.each([
    ['let a: A<B>[] = b as C; interface D extends E { f: G }', ['A', 'B', 'C', 'E', 'G']],
    ['let a: typeof b.c; type D = keyof typeof e', ['b', 'e']],
    ['function f<T extends A>(x: T): T { return x }', ['A']],
    ['type M<T> = { [K in keyof T]: T[K] extends infer U ? U : X }', ['X']],
    ['class A implements B {} declare class C extends D {}', ['B', 'D']],
    ['type Own = 1; let a: Own', []],
    ['let a: import("x").B', []],
  ])('in types alone, of `%s`', (source, expected) => {
    expect(typeReferences(source)).toEqual(expected);
  });
});

describe('assignments to names of others', () => {
  test.each([
    ['x = 1; y++; z ||= 2', ['x', 'y', 'z']],
    ['({ a, b: [c = 1], ...d } = o)', ['a', 'c', 'c', 'd']],
    ['for (x of y) {} for (z in y) {} for await (w of y) {}', ['x', 'z', 'w']],
    ['const f = () => { x = 1 }', ['x']],
    ['(x as any) = 1; y! += 1', ['x', 'y']],
    ['let own = 1; own = 2; { let x; x = 1 }', []],
    ['a.b = 1; a[c] = 2; delete a.b', []],
  ])('in `%s`', (source, expected) => {
    expect(assignments(source)).toEqual(expected);
  });
});

describe('imports', () => {
  test('name what they bind, and whether the cell itself uses it', () => {
    const source = 'import d, { a as b, type T, c } from "x" with { type: "json" }; b; let t: typeof c';
    expect(analyzeCell(source).imports).toEqual([
      {
        specifier: 'x',
        attributes: { type: 'json' },
        bindings: [
          { local: 'd', imported: 'default', typeOnly: false, used: false },
          { local: 'b', imported: 'a', typeOnly: false, used: true },
          { local: 'T', imported: 'T', typeOnly: true, used: false },
          { local: 'c', imported: 'c', typeOnly: false, used: false },
        ],
        sideEffectOnly: false,
        start: 0,
        end: 63,
      },
    ]);
  });

  test.each([
    ['import * as ns from "x"', '*', false],
    ['import { "a-b" as c } from "x"', 'a-b', false],
    ['import r = require("x")', 'export=', false],
    ['import type { A } from "x"', 'A', true],
  ])('%s', (source, imported, typeOnly) => {
    expect(analyzeCell(source).imports[0]!.bindings[0]).toMatchObject({ imported, typeOnly });
  });

  test('for effects bind nothing', () => {
    expect(analyzeCell('import "x"').imports[0]).toMatchObject({ sideEffectOnly: true, bindings: [] });
    expect(analyzeCell('import type {} from "x"').imports[0]).toMatchObject({ sideEffectOnly: false });
  });

  test('that happen while the cell runs are listed where the text names the module', () => {
    const source = 'await import("./a.ts"); require(`b`); import(c); { const require = f; require("d") }';
    expect(analyzeCell(source).dynamicImports.map(({ specifier, via }) => `${via} ${specifier}`)).toEqual([
      'import ./a.ts',
      'require b',
    ]);
  });
});

describe('the last expression', () => {
  test.each([
    ['const a = 1;\na + 1', 'a + 1'],
    ['a;', 'a'],
    ['(a, b);', '(a, b)'],
    ['a;;', 'a'],
    ['"use strict"', '"use strict"'],
    ['await f()', 'await f()'],
    ['const a = 1', null],
    ['if (a) b', null],
    ['a; function f() {}', null],
    ['export default a + b', 'a + b'],
    ['export default function () {}', null],
    ['', null],
    ['// only a comment', null],
  ])('of `%s` is %s', (source, expected) => {
    const { lastExpression } = analyzeCell(source);
    expect(lastExpression && source.slice(lastExpression.start, lastExpression.end)).toBe(expected);
  });
});

describe('errors', () => {
  test.each([
    ['const x = ;', '`;` is not expected here.'],
    ['if (x) {\n  y', 'The cell ends before a `}` to close the `{` of line 1.'],
    ['f(1', 'The cell ends before a `)`.'],
    ['const a =', 'The cell ends too early.'],
    ['"abc', 'This string is not closed.'],
    ['`abc', 'This template is not closed.'],
    ['/* abc', 'This comment is not closed.'],
    ['const a = /abc', 'This regular expression is not closed.'],
    ['const a = 1; const a = 2', '`a` is declared twice in this cell.'],
    ['import { a } from "x"; const a = 1', '`a` is both imported and declared in this cell.'],
    ['import { a } from "x"; import a from "y"', '`a` is declared twice in this cell.'],
    ['return 1', "A 'return' statement can only be used within a function body."],
    ['const a = <div/>', 'A `>` is expected here, not `/`.'],
    [
      'break',
      'Illegal break statement. A `break` statement can only be used within an enclosing iteration or switch statement.',
    ],
    ['with (a) {}', "'with' statements are not allowed."],
  ])('in `%s` read: %s', (source, message) => {
    expect(messages(source)[0]).toBe(message);
  });

  test('stand on lines and columns that count from 1', () => {
    expect(analyzeCell('const a = 1;\r\n  const b = ;').errors[0]).toMatchObject({
      line: 2,
      column: 13,
      start: 26,
      end: 27,
    });
  });

  test('leave what the parser could still read', () => {
    const { declarations, references } = analyzeCell('const a = b; const a = c; function f() {}');
    expect(names(declarations)).toEqual(['a', 'f']);
    expect(names(references)).toEqual(['b', 'c']);
  });

  test('are told of code that is nested too deeply, too', () => {
    const { errors } = analyzeCell(Array.from({ length: 20_000 }, () => 'a').join(' + '));
    expect(errors.map(({ message }) => message)).toEqual([
      'This code is nested too deeply to be read. Split the long expression.',
    ]);
  });
});
