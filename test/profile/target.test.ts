import { describe, expect, test } from 'vitest';
import { callableAt, functionNamed, listFunctions, takesArguments } from '../../src/profile/target.ts';

const SOURCE = `export function plain() {}
const arrow = async (n: number) => n;
const wrapped = memoize(function* () {});
export default (n: number) => n;
class Store<T> {
  constructor(private size: number) {}
  static open() {}
  async load() { return [1].map((one) => one); }
  handler = () => {};
  get count() { return 1; }
  #secret() {}
  private old() {}
  declare later: () => void;
}
const api = { read() {}, 'write-all': () => {}, deep: { run: function () {} }, [name]: () => {} };
exports.old = function () {};
Store.prototype.extra = function () {};
function overloaded(a: string): void;
function overloaded(a: unknown): void { function inner() {} }
items.forEach((item) => item);
`;

describe('the functions of a file', () => {
  const functions = listFunctions(SOURCE);
  const named = (name: string) => functions.find((one) => one.name === name);

  test('all are found, in the order of the text', () => {
    expect(functions.map(({ name }) => name)).toEqual([
      'plain',
      'arrow',
      'wrapped',
      'default',
      'Store.constructor',
      'Store.open',
      'Store.load',
      'Store.load (anonymous)',
      'Store.handler',
      'Store.count',
      'Store.#secret',
      'Store.old',
      'api.read',
      'api.write-all',
      'api.deep.run',
      'api.[computed]',
      'old',
      'Store.extra',
      'overloaded',
      'inner',
      'the module (anonymous)',
    ]);
  });

  test('each says what it is', () => {
    expect(named('arrow')).toMatchObject({ kind: 'arrow', isAsync: true, line: 2, endLine: 2 });
    expect(named('wrapped')).toMatchObject({ kind: 'function', isGenerator: true });
    expect(named('Store.open')).toMatchObject({ kind: 'method', isStatic: true, isPrivate: false });
    expect(named('Store.#secret')).toMatchObject({ isPrivate: true });
    expect(named('Store.old')).toMatchObject({ isPrivate: true });
    expect(named('overloaded')).toMatchObject({ line: 19 });
  });

  test('each tells how it is reached, or why it is not', () => {
    expect(named('Store.load')!.access).toMatchObject({ expression: '$self.load', instanceOf: 'Store' });
    expect(named('Store.open')!.access).toMatchObject({ expression: '(Store).open', self: 'Store' });
    expect(named('api.write-all')!.access).toMatchObject({ expression: 'api["write-all"]', self: 'api' });
    expect(named('Store.extra')!.access).toMatchObject({ expression: 'Store.prototype.extra', instanceOf: 'Store' });
    expect(named('Store.count')!.reason).toBe('it is an accessor; profile a function that uses it');
    expect(named('api.[computed]')!.reason).toBe('its name is computed');
    expect(named('inner')!.reason).toBe('it is made anew inside overloaded; profile overloaded instead');
    expect(functions.every(({ access, reason }) => (access === null) === (reason !== null))).toBe(true);
  });

  test('a place in the text leads to the innermost function around it that can be called', () => {
    const offset = SOURCE.indexOf('=> one') + 4;
    expect(callableAt(functions, offset)?.name).toBe('Store.load');
    expect(callableAt(functions, SOURCE.indexOf('declare'))).toBeNull();
  });

  test.each([
    ['its `export`', 'export function plain', 'plain'],
    ['the comment above it', 'What it does', 'plain'],
    ['a decorator above it', '@log', 'Store.load'],
    ['a comment above its decorator', 'How', 'Store.load'],
    ['the blanks before it', '  @log', 'Store.load'],
    ['the comment behind it', 'behind', 'arrow'],
  ])('a place in %s leads to it', (_, text, name) => {
    const source = `import fs from 'fs';

/** What it does. */
export function plain() {
}
const arrow = () => 1; // behind
class Store {
  // How.
  @log() async load() {}
}`;
    expect(callableAt(listFunctions(source), source.indexOf(text))?.name).toBe(name);
    expect(callableAt(listFunctions(source), 3)).toBeNull();
  });

  test('only what takes parameters, or whose instance does, takes arguments', () => {
    const takes = (name: string) => takesArguments(functions, functionNamed(functions, name));
    expect([takes('arrow'), takes('Store.load'), takes('plain'), takes('api.read')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test('a broken text does not throw', () => {
    expect(listFunctions('function ok() {}\nfunction (')).toBeInstanceOf(Array);
  });

  test('a name that cannot be called is refused with the reason', () => {
    expect(() => functionNamed(functions, 'inner')).toThrow(
      '"inner" cannot be profiled by itself: it is made anew inside overloaded; profile overloaded instead.',
    );
  });
});
