import MagicString from 'magic-string';
import { describe, expect, test } from 'vitest';
import { type ImpureGlobals, rewriteModule, trackImpure } from '../../src/notebook/impurity.ts';
import type { ImportBinding } from '../../src/notebook/parseImports.ts';
import { readSource } from '../../src/notebook/scope.ts';

function rewrite(text: string, given: { shadowed?: ReadonlySet<string>; imports?: readonly ImportBinding[] } = {}) {
  const edit = new MagicString(text);
  trackImpure(edit, readSource(text), { memoir: '$m', ...given });
  return edit.toString();
}

describe('uses of clock and randomness are rewritten', () => {
  test.each([
    ['Math.random()', '$m.random()'],
    ["Math['random']()", "$m['random']()"],
    ['Math?.random?.()', '$m?.random?.()'],
    ['(Math).random()', '($m).random()'],
    ['items.map(Math.random)', 'items.map($m.random)'],
    ['Math\n  .random()', '$m\n  .random()'],
    ['const { random } = Math', 'const { random } = $m.Math'],
    ['Math[name]()', '$m.Math[name]()'],
    ['const m = Math', 'const m = $m.Math'],
    ['f({ Math })', 'f({ Math: $m.Math })'],
    ['(Math as any).random()', '($m.Math as any).random()'],
    ['Date.now()', '$m.now()'],
    ['const now = Date.now', 'const now = $m.now'],
    ['new Date()', 'new $m.Date()'],
    ['new Date', 'new $m.Date'],
    ['new (Date)', 'new ($m.Date)'],
    ['new Date(/* now */)', 'new $m.Date(/* now */)'],
    ['new Date(...parts)', 'new $m.Date(...parts)'],
    ['Date()', '$m.Date()'],
    ['Reflect.construct(Date, [])', 'Reflect.construct($m.Date, [])'],
    ['class Day extends Date {}', 'class Day extends $m.Date {}'],
    ['const D = Date', 'const D = $m.Date'],
    ['performance.now()', '$m.performance.now()'],
    ['const { now } = performance', 'const { now } = $m.performance'],
    ['crypto.randomUUID()', '$m.crypto.randomUUID()'],
    ['globalThis.Math.random()', '$m.Math.random()'],
    ['new globalThis.Date()', 'new $m.Date()'],
    ['global.crypto.getRandomValues(a)', '$m.crypto.getRandomValues(a)'],
    ['process.hrtime.bigint()', "$m.touch('clock', process).hrtime.bigint()"],
    ['process.uptime()', "$m.touch('clock', process).uptime()"],
    ['Temporal.Now.instant()', "$m.touch('clock', Temporal).Now.instant()"],
    ['class A { at = Date.now(); static { Math.random() } }', 'class A { at = $m.now(); static { $m.random() } }'],
    ['function f(at = Date.now()) {}', 'function f(at = $m.now()) {}'],
    ['enum E { A = Math.random() }', 'enum E { A = $m.random() }'],
    ['`${Math.random()}`', '`${$m.random()}`'],
  ])('%s becomes %s', (source, expected) => {
    expect(rewrite(source)).toBe(expected);
  });

  test.each([
    ['Math.floor(Math.PI)'],
    ['new Date(0); new Date(2024, 1); new Date(x)'],
    ['Date.UTC(2024); Date.parse(x); Date.prototype.toISOString'],
    ['x instanceof Date; x.constructor === Date; typeof Date'],
    ['switch (x.constructor) { case Date: }'],
    ['let at: Date; let m: typeof Math; type D = InstanceType<typeof Date>'],
    ['const Math = { random: () => 4 }; Math.random()'],
    ['(Date) => Date.now()'],
    ['import { performance } from "./mine.ts"; performance.now()'],
    ['x.Date.now(); x.performance; ({ Date: 1, Math() {} })'],
    ['Math.random = () => 4; Date = Fake; globalThis.Date = Fake; delete Math.random; ({ Math } = x)'],
    ['process.env.HOME; process.cwd()'],
    ['"Math.random()"; // Date.now()'],
    ['export { Math }'],
    ['globalThis.x; globalThis[name]'],
  ])('%s stays', (source) => {
    expect(rewrite(source)).toBe(source);
  });

  test('not where another cell declares the name', () => {
    expect(rewrite('Math.random() + Date.now()', { shadowed: new Set(['Math']) })).toBe('Math.random() + $m.now()');
  });
});

describe('imported clock and randomness are told of where they are used', () => {
  test.each([
    ['import { randomBytes } from "node:crypto"; randomBytes(8)', "$m.touch('randomness', randomBytes)(8)"],
    ['import { randomUUID as id } from "crypto"; ({ id })', "({ id: $m.touch('randomness', id) })"],
    ['import crypto from "node:crypto"; crypto.randomInt(9)', "$m.touch('randomness', crypto).randomInt(9)"],
    ['import * as c from "node:crypto"; c[name]()', "$m.touch('randomness', c)[name]()"],
    ['import { performance } from "node:perf_hooks"; performance.now()', "$m.touch('clock', performance).now()"],
    ['import { hrtime } from "node:process"; hrtime()', "$m.touch('clock', hrtime)()"],
  ])('%s', (source, expected) => {
    expect(rewrite(source).split('; ').at(-1)).toBe(expected);
  });

  test.each([
    ['import { createHash } from "node:crypto"; createHash("sha256")'],
    ['import crypto from "node:crypto"; crypto.createHash("sha256")'],
    ['import { randomBytes } from "./mine.ts"; randomBytes(8)'],
    ['import { randomBytes } from "node:crypto"; export { randomBytes }'],
    ['import { randomBytes } from "node:crypto"; (randomBytes) => randomBytes(1)'],
    ['import type { webcrypto } from "node:crypto"; let c: typeof webcrypto'],
  ])('%s stays', (source) => {
    expect(rewrite(source)).toBe(source);
  });

  test('also where the import stands in another cell', () => {
    const imports = [{ local: 'id', imported: 'randomUUID', specifier: 'node:crypto' }];
    expect(rewrite('id()', { imports })).toBe("$m.touch('randomness', id)()");
  });
});

describe('a local module', () => {
  const prelude = "const $memoir = globalThis[Symbol.for('memoir.impure')]; ";

  test('reaches the tracked globals through one constant, without a new line', () => {
    expect(rewriteModule('export const at = () => Date.now();\n', 'a.ts').code).toBe(
      `${prelude}export const at = () => $memoir.now();\n`,
    );
  });

  test('keeps hashbang, directives and comments first, and decorators before what they decorate', () => {
    const text = '#!/usr/bin/env node\n// licence\n"use strict";\n@sealed export class A { at = Date.now() }\n';
    expect(rewriteModule(text, 'a.ts').code).toBe(
      `#!/usr/bin/env node\n// licence\n"use strict";\n${prelude}@sealed export class A { at = $memoir.now() }\n`,
    );
  });

  test('that touches nothing, or does not parse, comes back as it is', () => {
    for (const text of ['export const a = Math.floor(1.5);', 'const = Math.random()', '']) {
      expect(rewriteModule(text, 'a.ts').code).toBe(text);
    }
  });

  test('may have a name of its own for what we call `$memoir`', () => {
    expect(rewriteModule('const $memoir = 1; Math.random()', 'a.js').code).toContain(
      '; const $memoir = 1; $memoir_.random()',
    );
  });

  test.each([
    ['a.cjs', 'const { a } = require("x"); module.exports = Math.random(); return'],
    ['a.js', 'with (x) {} exports.a = Math.random()'],
    ['a.mjs', 'export default await f(Math.random())'],
    ['a.mts', 'export default <const>[Math.random()]'],
  ])('of kind %s is read as what it is', (filename, text) => {
    expect(rewriteModule(text, filename).code).toBe(prelude + text.replace('Math', '$memoir'));
  });

  test('runs with the same results, and every use is told', () => {
    const told: string[] = [];
    const text = `const { random } = Math;
      result = [random() < 1, new Date(0).getTime(), new Date() instanceof Date, typeof Date.now(), Math.max(1, 2)];`;
    const evaluate = new Function('globalThis', 'result', `${rewriteModule(text, 'a.cjs').code}; return result`);
    const globals = { [Symbol.for('memoir.impure')]: tellingGlobals((what) => told.push(what)) };
    expect(evaluate(globals, null)).toEqual([true, 0, true, 'number', 2]);
    expect(told).toEqual(['randomness', 'clock', 'clock']);
  });
});

/** The globals themselves, telling of each use. */
function tellingGlobals(tell: (what: string) => void): ImpureGlobals {
  const telling = <T>(what: string, value: T): T => {
    tell(what);
    return value;
  };
  const random = () => telling('randomness', Math.random());
  const now = () => telling('clock', Date.now());
  const construct = (target: DateConstructor, args: unknown[]) =>
    Reflect.construct(target, args.length ? args : [now()]);
  return {
    random,
    now,
    Date: new Proxy(Date, { construct }),
    Math: Object.create(Math, { random: { value: random } }),
    performance,
    crypto: globalThis.crypto,
    touch: telling,
  };
}
