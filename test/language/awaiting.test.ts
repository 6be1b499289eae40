import { expect, test } from 'vitest';
import type { Diagnostic, Range } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { awaitInitializer, makeAsync, unawaited } from '../../src/language/awaiting.ts';

const FORGOT = "Did you forget to use 'await'?";

/** The text, and what «…» marks in it. */
function marked(text: string): { text: string; range: Range } {
  const document = TextDocument.create('', '', 0, text.replaceAll(/[«»]/g, ''));
  const range = {
    start: document.positionAt(text.indexOf('«')),
    end: document.positionAt(text.indexOf('»') - 1),
  };
  return { text: document.getText(), range };
}

/** The text with what was forgotten awaited; null where it cannot be. */
function mended(source: string, message = FORGOT): string | null {
  const { text, range } = marked(source);
  const location = { uri: '', range };
  const problem: Diagnostic = { range, message, relatedInformation: [{ location, message: FORGOT }] };
  const edits = unawaited(text, problem)?.edits;
  return edits ? TextDocument.applyEdits(TextDocument.create('', '', 0, text), [...edits]) : null;
}

test.each([
  ['t.«count»();', '(await t).count();'],
  ['t.rows.«count»;', '(await t.rows).count;'],
  ['f(«p»);', 'f(await p);'],
  ['for (const x of «rows()») x;', 'for (const x of await rows()) x;'],
  ['«fn()»();', '(await fn())();'],
  ['const { «length» } = list;', 'const { length } = await list;'],
  ['const n: number = 1, «m»: number = p;', 'const n: number = 1, m: number = await p;'],
  ['f({ «a»: p });', 'f({ a: await p });'],
  ['f(«a ?? b»);', 'f(await (a ?? b));'],
  ['const a = 1\nt.«count»()', 'const a = 1\n;(await t).count()'],
  ['const a = 1;\nt.«count»()', 'const a = 1;\n(await t).count()'],
  ['async () => t.«count»()', 'async () => (await t).count()'],
  ['() => t.«count»()', null],
  ['class A { own = t.«count»(); }', null],
])('%s is awaited as %s', (source, awaited) => {
  expect(mended(source)).toBe(awaited);
});

test('of an operation the promises are awaited, and nothing else', () => {
  const told = (left: string, right: string) => `Operator '+' cannot be applied to types '${left}' and '${right}'.`;
  expect(mended('«p + q»', told('Promise<number>', '5'))).toBe('await p + q');
  expect(mended('«p + q»', told('5', 'Promise<number>'))).toBe('p + await q');
  expect(mended('«p + q»', told('Promise<number>', 'Promise<5>'))).toBe('await p + await q');
});

test('what is no promise is not awaited', () => {
  const { text, range } = marked('switch (p) { case «1»: }');
  const message = "Type 'number' is not comparable to type 'Promise<number>'.";
  expect(unawaited(text, { range, message })).toBeNull();
});

test('a constant can be awaited where it is made, unless that says it is a promise', () => {
  const edited = (source: string) => {
    const { text, range } = marked(source);
    return awaitInitializer(text, range)?.edit.newText ?? null;
  };
  expect(edited('const «p» = load();')).toBe('await load()');
  expect(edited('let «p» = load();')).toBeNull();
  expect(edited('const «p»: Promise<number> = load();')).toBeNull();
  expect(edited('const f = () => { const «p» = load(); };')).toBeNull();
});

test.each([
  ['function f() { «await» p; }', 'async function f() { await p; }'],
  ['rows.map((r) => «await» r)', 'rows.map(async (r) => await r)'],
  ['export function f() { «await» p; }', 'export async function f() { await p; }'],
  ['const o = { m() { «await» p; } };', 'const o = { async m() { await p; } };'],
  ['class A { constructor() { «await» p; } }', null],
])('%s gets its `async`', (source, mended) => {
  const { text, range } = marked(source);
  const edit = makeAsync(text, range);
  expect(edit && TextDocument.applyEdits(TextDocument.create('', '', 0, text), [edit])).toBe(mended);
});
