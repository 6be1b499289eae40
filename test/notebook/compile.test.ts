import { spawnSync } from 'node:child_process';
import { createRequire, SourceMap, type SourceMapPayload } from 'node:module';
import { resolve } from 'node:path';
import { Script } from 'node:vm';
import fc from 'fast-check';
import jsTokens from 'js-tokens';
import { describe, expect, test } from 'vitest';
import {
  type CellFunction,
  type CellOutcome,
  type CellRuntime,
  compileCell,
  type ImportBinding,
} from '../../src/notebook/compile.ts';
import { analyzeCell } from '../../src/notebook/parse.ts';

interface Given {
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly imports?: readonly ImportBinding[];
  readonly modules?: Readonly<Record<string, Record<string, unknown>>>;
}

function compile(source: string, { inputs = {}, imports = [] }: Given = {}) {
  return compileCell({ source, analysis: analyzeCell(source), name: 'cell.ts', imports, inputs: Object.keys(inputs) });
}

async function run(source: string, given: Given = {}): Promise<CellOutcome & { log: string[] }> {
  const log: string[] = [];
  const { js } = await (await compile(source, given)).code();
  const cell: CellFunction = new Script(js).runInThisContext();
  return { ...(await cell(runtime(given, log), given.inputs ?? {})), log };
}

/** A runtime whose `import` answers from `modules` and whose every use is logged. */
function runtime({ modules = {} }: Given, log: string[]): CellRuntime {
  const logged = <T>(line: string, value: T): T => {
    log.push(line);
    return value;
  };
  const require = (name: string) => logged(`require ${name}`, modules[name]);
  return {
    random: () => logged('random', 0.5),
    now: () => logged('now', 1000),
    Date,
    Math,
    performance,
    crypto,
    touch: logged,
    import: async (name, options) =>
      logged(`import ${name}${options ? ` ${JSON.stringify(options)}` : ''}`, modules[name]!),
    require: Object.assign(require, createRequire(import.meta.url)),
    meta: { url: 'file:///n.memoir.ts', filename: '/n.memoir.ts', dirname: '/' },
    label: (name) => logged(`label ${name}`, undefined),
  };
}

describe('a compiled cell', () => {
  test('hands out its declarations, and the value of its last expression', async () => {
    const source = 'const a: number = 1; let b = a + 1; function f() { return b }\nb++; enum E { X = a }\nb';
    const { exports, result } = await run(source);
    expect(exports).toMatchObject({ a: 1, b: 3, E: { X: 1 } });
    expect(result).toBe(3);
  });

  test('hands out `let` as it stands when the cell settles, after its last expression', async () => {
    expect(await run('let x = 1;\nx++')).toMatchObject({ exports: { x: 2 }, result: 1 });
    expect(await run('let x = 1; await null; x = 5')).toMatchObject({ exports: { x: 5 }, result: 5 });
  });

  test('has no result where it does not end with an expression', async () => {
    expect(await run('const a = 1')).not.toHaveProperty('result');
    expect(await run('// nothing')).toMatchObject({ exports: {} });
  });

  test.each([
    ['a;', 7],
    ['(a, a + 1) // with a comment', 8],
    ['a // before the semicolon\n;', 7],
    ['a;;', 7],
    ['#!/usr/bin/env memoir\na', 7],
    ['{ a }\n({ a })', { a: 7 }],
    ['"use strict"', 'use strict'],
    ['await Promise.resolve(a)', 7],
    ['a as number satisfies number', 7],
    ['export default { a }', { a: 7 }],
    ['export default a;', 7],
    ['const b = a\n;[b]', [7]],
    ['typeof this', 'undefined'],
    ['(function () { return typeof this })()', 'undefined'],
    ['`${a}`', '7'],
    ['a ? (a) : ((1))', 7],
    ['import.meta.filename', '/n.memoir.ts'],
    ['typeof arguments', 'undefined'],
  ])('shows the value of `%s`', async (source, expected) => {
    expect((await run(source, { inputs: { a: 7 } })).result).toEqual(expected);
  });

  test('keeps private names, types, imports and what is disposed to itself', async () => {
    const source = `using file = { [Symbol.dispose]() { order.push('closed') } };
      const order: string[] = [], _own = 1; type T = 1; interface I {} declare const d: T; import { x } from 'x';
      order.push('used')`;
    const { exports } = await run(source);
    expect(exports).toEqual({ order: ['used', 'closed'] });
  });

  test('keeps every kind of TypeScript that leaves code behind', async () => {
    const source = `
      namespace A.B { export const x = 1 }
      export namespace N { export const y = A.B.x + 1 }
      const enum C { P = 'p' }
      const log = <T extends Function>(value: T, context: ClassDecoratorContext) => { seen.push(context.name) };
      const seen: unknown[] = [];
      @log export class K { constructor(private readonly z = 3) {} #p = 1; static { seen.push('static') } q = this.#p; get zz() { return this.z } }
      import Alias = A.B;
      function over(a: string): void; function over(a: unknown) { return a }
      export default function () {}
      [Alias.x, N.y, C.P, new K().zz, over(5), seen]`.replace('[Alias', ';[Alias');
    const { result, exports } = await run(source);
    expect(result).toEqual([1, 2, 'p', 3, 5, ['static', 'K']]);
    expect(Object.keys(exports).sort()).toEqual(['A', 'Alias', 'C', 'K', 'N', 'log', 'over', 'seen']);
  });

  test('gets the values of other cells, and `signal`, by name', async () => {
    const inputs = { rows: [1, 2], signal: AbortSignal.abort(), Math: { random: () => 4 } };
    expect((await run('[rows.length, signal.aborted, Math.random()]', { inputs })).result).toEqual([2, true, 4]);
  });

  test('cannot assign what it is given', async () => {
    await expect(run('a = 2', { inputs: { a: 1 } })).rejects.toThrow(TypeError);
  });

  test('tells of clock and randomness', async () => {
    expect((await run('Math.random() + Date.now() + Math.max(1, 2)')).log).toEqual(['random', 'now']);
  });

  test('may itself use the names that we use', async () => {
    const { exports, result } = await run('const $memoir = 1, $inputs = 2, $result = 3; Math.random() + $memoir + a', {
      inputs: { a: 1 },
    });
    expect(exports).toEqual({ $memoir: 1, $inputs: 2, $result: 3 });
    expect(result).toBe(2.5);
  });

  test('is refused with a line and a sentence when it is broken', async () => {
    await expect(compile('const a = 1;\nconst b = ;')).rejects.toThrow('Line 2: `;` is not expected here.');
    await expect(compile('import {\n  a } from "x"\nnamespace N { export const b = this }')).rejects.toThrow(
      /^Line 3: .*\.$/,
    );
  });
});

describe('imports of a compiled cell', () => {
  const modules = { './m.ts': { default: 'd', a: 1, 'b-c': 2 }, c: { e: 3 } };

  test('come in by name, from whichever cell holds the import', async () => {
    const imports: ImportBinding[] = [
      { local: 'd', specifier: './m.ts', imported: 'default' },
      { local: 'a', specifier: './m.ts', imported: 'a', attributes: { type: 'json' } },
      { local: 'b', specifier: './m.ts', imported: 'b-c' },
      { local: 'all', specifier: './m.ts', imported: '*' },
      { local: 'r', specifier: 'c', imported: 'export=' },
    ];
    const source = `import d,
      { a } from './m.ts'
      [d, a, b, all.a, r.e]`.replace('[d', ';[d');
    const { result, log } = await run(source, { imports, modules });
    expect(result).toEqual(['d', 1, 2, 1, 3]);
    expect(log).toContain('import ./m.ts {"with":{"type":"json"}}');
  });

  test('of what a module lacks are refused in words', async () => {
    const lacking = (imported: string) =>
      run('a', { imports: [{ local: 'a', specifier: './m.ts', imported }], modules });
    await expect(lacking('nope')).rejects.toThrow('`./m.ts` does not export `nope`.');
    const plain = { imports: [{ local: 'a', specifier: 'c', imported: 'default' }], modules };
    await expect(run('a', plain)).rejects.toThrow('`c` has no default export.');
  });

  test('for effects happen in place', async () => {
    const { log } = await run('Date.now(); import "./m.ts"; Math.random(); import type { T } from "./t.ts"', {
      modules,
    });
    expect(log).toEqual(['now', 'import ./m.ts', 'random']);
  });

  test('that are dynamic, and `require`, resolve from the notebook', async () => {
    const source = "const m = await import('./m.ts'); const { e } = require('c'); ({ require, e, a: m.a })";
    const { result, log } = await run(source, { modules });
    expect(result).toMatchObject({ e: 3, a: 1 });
    expect(log).toEqual(['import ./m.ts', 'require c']);
  });

  test('do not glue the lines around them together', async () => {
    const source = 'const f = (x) => x\nimport { a } from "./m.ts"\n(f)(1)\nexport { f as g }\n[1].length';
    expect(await run(source)).toMatchObject({ result: 1 });
  });

  test('of widgets from `memoir` tell the variable last, just before the call', async () => {
    const made: string[] = [];
    const slider = (label: string, options?: unknown) => made.push(`${label} ${JSON.stringify(options)}`);
    const form = (fields: Record<string, unknown>) => Object.keys(fields);
    const imports = [
      { local: 'dial', specifier: 'memoir', imported: 'slider' },
      { local: 'form', specifier: 'memoir', imported: 'form' },
      { local: 'ui', specifier: 'memoir', imported: '*' },
      { local: 'load', specifier: 'memoir', imported: 'load' },
    ];
    const source = `const year = dial('Year', { min: 1 }, /* , */);
      export const month: number = await (dial(('Month') // note
      ));
      const day = ui.slider('Day'), both = form({ x: dial('X') }), other = load(), none = [dial('N')];`;
    const { log, exports } = await run(source, { imports, modules: { memoir: { slider, form, load() {} } } });
    expect(made).toEqual(['Year {"min":1}', 'Month undefined', 'Day undefined', 'X undefined', 'N undefined']);
    expect(exports).toMatchObject({ both: ['x'] });
    expect(log.filter((line) => line.startsWith('label'))).toEqual([
      'label year',
      'label month',
      'label day',
      'label x',
      'label both',
    ]);
  });
});

describe('positions', () => {
  const at = async (source: string, wanted: string, given: Given = {}) => {
    const { js, map } = await (await compile(source, given)).code();
    const lines = js.split('\n');
    const line = lines.findIndex((text) => text.includes(wanted));
    const entry = new SourceMap(JSON.parse(map) as SourceMapPayload).findEntry(line, lines[line]!.indexOf(wanted));
    return 'originalLine' in entry ? [entry.originalLine + 1, entry.originalColumn + 1, entry.originalSource] : null;
  };

  test('lead to the line and column of the cell, past all that was taken out', async () => {
    const source = `import {
  a,
  type T
} from 'x';
interface Gone {
  x: 1
}
export const b: T = Math.random();   const second = a.method()
export {
  b as c
};
  a.last(b as number)`;
    const imports = [{ local: 'a', specifier: 'x', imported: 'a' }];
    expect(await at(source, 'random', { imports })).toEqual([8, 26, 'cell.ts']);
    expect(await at(source, 'method', { imports })).toEqual([8, 55, 'cell.ts']);
    expect(await at(source, 'last', { imports })).toEqual([12, 5, 'cell.ts']);
  });

  test('hold below the helpers that decorators need, with CRLF, and with a source map comment of its own', async () => {
    const source = '//# sourceMappingURL=x.js.map\r\n@d class A {}\r\n\r\nwanted(1)';
    expect(await at(source, 'wanted')).toEqual([4, 1, 'cell.ts']);
  });

  test('of any line are exact', async () => {
    const line = fc.constantFrom(
      '',
      '// c',
      'type T = 1;',
      'export const #: T = f(Date.now());',
      'import { # } from "x";',
      '@d class # {}',
      '/* a\nb */',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), async (lines) => {
        const before = lines
          .map((text, index) => text.replace('#', `v${index}`))
          .filter((text, index, all) => !text.startsWith('type') || all.indexOf(text) === index);
        const source = [...before, 'wanted(1)'].join('\n');
        expect((await at(source, 'wanted'))?.[0]).toBe(source.split('\n').length);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the digest of a cell', () => {
  const digest = async (source: string, given?: Given) => (await compile(source, given)).codeDigest;
  const code = `import { x } from './x.ts';
// a comment
export const a: number = f(1.0, 20), b = { a, k: [1, 2,], };
for (const i of a ? (b) : [c]) { if (i === 'one' && !a) { g(\`t \${i} u\`, /re+/g) } }
class K<T> extends L { #p = a?.b ?? 3; get q() { return this.#p - 1 } }
a as unknown as string`;

  test('example 1: comments, layout and types do not count', async () => {
    const same = `import { x } from './x.ts'
import type { T } from './t.ts'
export const a = f(1, 20.0),
  b = {
    /* here */ a, k: [1, 2],
  }

for (const i of (a ? b : [c])) {
  if (i === "one" && !a) {
    g(\`t \${ i } u\`, /re+/g); /*! legal */
  }
}
class K extends L {
  #p = a?.b ?? 3
  get q(): T { return (this.#p - 1) }
};(a as string)`;
    expect(await digest(same)).toBe(await digest(code));
  });

  test.each([
    ['f(1.0, 20)', 'f(1.02, 0)'],
    ['1000', "'1000'"],
    ['`1`', '"1"'],
    ['a + b', 'a - b'],
    ['a', 'b'],
    ['const a = 1', 'let a = 1'],
    ['const a = 1', 'const b = 1'],
    ['const a = 1; a', 'const a = 1'],
    ['const a = 1', 'const _a = 1'],
    ['"use strict"', '"use strip"'],
    ['/a/g', '/a/i'],
    ['f(...a)', 'f(a)'],
    ['a.b', 'a?.b'],
    ['a || b', 'a ?? b'],
    ['async () => {}', '() => {}'],
    ['await a', 'a'],
    ['import "./a.ts"', 'import "./b.ts"'],
    ['({ a: 1, b: 2 })', '({ b: 2, a: 1 })'],
    ['x = -0', 'x = 0'],
    ['class A { b; }', 'class A {}'],
  ])('example 2: `%s` is not `%s`', async (one, other) => {
    expect(await digest(one)).not.toBe(await digest(other));
  });

  test('does not count `export`, nor import lines, but the imports and inputs that are used', async () => {
    expect(await digest('export const a = 1; export { a as b }')).toBe(await digest('const a = 1'));
    expect(await digest('import { a } from "x"\nconst b = 1')).toBe(await digest('const b = 1'));
    const imported = (specifier: string) => ({ imports: [{ local: 'a', specifier, imported: 'a' }] });
    expect(await digest('a', imported('x'))).not.toBe(await digest('a', imported('y')));
    expect(await digest('a', { inputs: { a: 1 } })).not.toBe(await digest('a'));
  });

  const tokens = [...jsTokens(code)].filter(
    ({ type }) => !/^(WhiteSpace|LineTerminatorSequence|.*Comment)$/.test(type),
  );

  test('stays when comments and blanks come between tokens', async () => {
    const gaps = fc.array(fc.constantFrom('', ' ', '\t', '/* c */', ' /* 1 + 1 */ '), {
      minLength: 200,
      maxLength: 200,
    });
    const expected = await digest(code);
    await fc.assert(
      fc.asyncProperty(gaps, async (between) => {
        const text = spaced(between);
        expect(await digest(text)).toBe(expected);
      }),
      { numRuns: 40 },
    );
  });

  /** The tokens of `code`, apart where they must be, and with `between` in the gaps. */
  function spaced(between: readonly string[]): string {
    let text = '';
    let end = 0;
    tokens.forEach(({ value }, index) => {
      const start = code.indexOf(value, end);
      const gap = code.slice(end, start).replace(/\/\/.*/g, '');
      text += gap + (gap || !/\w$|#$/.test(text) ? between[index % between.length] : '') + value;
      end = start + value.length;
    });
    return text;
  }

  test('changes with any literal and any operator', async () => {
    const swaps: Record<string, string> = { '===': '!==', '&&': '||', '??': '&&', '-': '+', '?.': '.', '!': '~' };
    const known = await digest(code);
    const places = tokens.flatMap(({ type, value }, index) => {
      if (type === 'NumericLiteral') return [[index, `${Number(value) + 1}`] as const];
      if (type === 'StringLiteral' && value !== "'./x.ts'")
        return [[index, `${value.slice(0, -1)}x${value.at(-1)}`] as const];
      return type === 'Punctuator' && swaps[value] ? [[index, swaps[value]] as const] : [];
    });
    expect(places.length).toBeGreaterThan(10);
    for (const [place, replacement] of places) {
      const text = tokens.map(({ value }, index) => (index === place ? replacement : value)).join(' ');
      expect(await digest(text), text).not.toBe(known);
    }
  });
});

test('compiling does not keep a process alive', () => {
  const module = resolve(import.meta.dirname, '../../src/notebook/normalForm.ts');
  const script = `import { normalForm } from ${JSON.stringify(module)}; console.log(await normalForm('1'))`;
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  expect(child.stderr).toBe('');
  expect({ status: child.status, output: child.stdout.trim() }).toEqual({ status: 0, output: '1;' });
});
