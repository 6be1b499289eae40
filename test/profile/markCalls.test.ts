import { expect, test } from 'vitest';
import { markCalls } from '../../src/profile/markCalls.ts';

/** The marked text without its source map. */
function marked(source: string): string {
  return markCalls(source, 'source.ts').replace(/\n\/\/# sourceMappingURL=.*$/s, '');
}

test('calls of one name on several lines of a function get a frame each', () => {
  expect(marked('function f() {\n  const a = g(1);\n  return a + g(g(2));\n}')).toBe(
    'function f() {\n  const a = (($memoirLine2) => g(1))();\n  return a + (($memoirLine3) => g((($memoirLine3) => g(2))()))();\n}',
  );
});

test('calls that are not ambiguous stay, also those of different functions', () => {
  const source = 'function f() {\n  g();\n  h();\n}\nfunction k() {\n  g();\n}\ng();\ng();';
  expect(marked(source)).toBe(source);
});

test('a statement does not continue the line above', () => {
  expect(marked('function f() {\n  g()\n  g()\n}')).toBe(
    'function f() {\n  void (($memoirLine2) => g())()\n  void (($memoirLine3) => g())()\n}',
  );
});

test('what no function can be put around stays', () => {
  const source = 'async function f() {\n  g(await 1);\n  g(await 2);\n  a?.g(1).b;\n  g().b = 1;\n}';
  expect(marked(source)).toBe(source);
});

test('this, arguments and private names mean the same', () => {
  const source = 'return class { #g() { return arguments.length } f() {\n  return this.#g(1) +\n    this.#g();\n} }';
  const make = new Function(marked(`function make() {\n${source}\n}\nreturn make();`));
  const made = new (make() as new () => { f(): number })();
  expect(made.f()).toBe(1);
});
