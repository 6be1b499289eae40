/** What one declaration of a generated cell computes from `k` and from what it takes of other declarations. */
export type Kind = keyof typeof KINDS;

export interface Declared {
  /** Declarations refer only to those with a smaller one. */
  readonly id: number;
  readonly kind: Kind;
  readonly k: number;
  readonly refs: readonly number[];
  /** It goes by `w…` instead of `v…`. */
  readonly renamed: boolean;
}

export interface CellModel {
  readonly title: string;
  readonly declared: readonly Declared[];
  /** How its text is laid out; means nothing. */
  readonly style: number;
  /** Takes long enough for its values to be kept. */
  readonly slow: boolean;
}

/** A notebook with all that it reads. */
export interface Model {
  /** In the order of the page. */
  readonly cells: readonly CellModel[];
  /** The number that each file is about, by name. */
  readonly files: Readonly<Record<FileName, number>>;
  /** How the modules among them are laid out; means nothing. */
  readonly style: number;
  readonly env: number;
  /** Widgets that were moved, by name. */
  readonly widgets: Readonly<Record<string, number>>;
}

/** What a declaration is written with. */
interface Written {
  readonly out: string;
  readonly k: number;
  /** What it takes of others as one number. */
  readonly sum: string;
  /** The first thing it takes, as it is. */
  readonly first: string;
}

const KINDS = {
  number: ({ out, k, sum }) => `const ${out} = ${k} + ${sum};`,
  parity: ({ out, k, sum }) => `const ${out} = (${k} + ${sum}) % 2;`,
  text: ({ out, k, sum }) => `const ${out} = String(${k} + ${sum});`,
  late: ({ out, k, sum }) => `const ${out} = await Promise.resolve(${k} + ${sum});`,
  variable: ({ out, k, sum }) => `let ${out} = ${k}; for (let i = 0; i < 3; i++) ${out} += ${sum};`,
  list: ({ out, k, sum }) => `const ${out} = [${k}, ${sum}];`,
  shared: ({ out, k, sum, first }) => `const ${out} = { first: ${first}, again: ${first}, k: ${k} + ${sum} };`,
  map: ({ out, k, sum }) => `const ${out} = new Map([[{ k: ${k} }, ${sum}]]);`,
  set: ({ out, k, sum }) => `const ${out} = new Set([${k}, ${sum}]);`,
  arrow: ({ out, k, sum }) => `const ${out} = (x) => x * ${k} + ${sum};`,
  function: ({ out, k, sum }) =>
    `const _rate${out} = ${k} + ${sum}; const other${out} = 2 * ${k}; function ${out}(x) { return x * _rate${out}; }`,
  calls: ({ out, k, sum }) =>
    `function _step${out}(x) { return x + ${k}; } const ${out} = (x) => _step${out}(_step${out}(x)) + ${sum};`,
  factory: ({ out, k, sum }) => `const ${out} = ((n) => (x) => x + n)(${k} + ${sum});`,
  bound: ({ out, k, sum }) => `const ${out} = function (x) { return this.n + x; }.bind({ n: ${k} + ${sum} });`,
  memo: ({ out, k, sum }) =>
    `const _seen${out} = new Map(); const ${out} = (x) => { if (!_seen${out}.has(x)) _seen${out}.set(x, x * ${k} + ${sum}); return _seen${out}.get(x); };`,
  variableFunction: ({ out, k, sum }) =>
    `let n${out} = 0; const set${out} = (x) => { n${out} = x; }; set${out}(${k} + ${sum}); const ${out} = (x) => n${out} + x;`,
  generator: ({ out, k, sum }) => `const ${out} = () => [...(function* () { yield ${k}; yield ${sum}; })()];`,
  instance: ({ out, k, sum }) =>
    `const ${out} = new (class { n = ${k} + ${sum}; get twice() { return 2 * this.n; } })();`,
  class: ({ out, k, sum }) =>
    `class Of${out} { n = ${k}; twice() { return 2 * this.n + ${sum}; } } const ${out} = () => new Of${out}().twice();`,
  module: ({ out, k, sum }) => `const ${out} = h0(${k}) + ${sum};`,
  moduleFunction: ({ out, k, sum }) => `const ${out} = (x) => h1(x) + ${k} + ${sum};`,
  reexported: ({ out, k, sum }) => `const ${out} = base + ${k} + ${sum};`,
  dynamic: ({ out, k, sum }) => `const ${out} = (await import('./h' + ${k % 3} + '.ts')).base + ${sum};`,
  lazy: ({ out, k, sum }) => `const ${out} = (await lazy(${k % 3})) + ${sum};`,
  common: ({ out, k, sum }) => `const ${out} = c0 + ${k} + ${sum};`,
  json: ({ out, k, sum }) => `const ${out} = json.n + ${k} + ${sum};`,
  file: ({ out, k, sum }) => `const ${out} = Number(readFileSync('offset.txt', 'utf8')) + ${k} + ${sum};`,
  fileFunction: ({ out, k, sum }) =>
    `const ${out} = (x) => Number(readFileSync('offset.txt', 'utf8')) + x * ${k} + ${sum};`,
  stream: ({ out, k, sum }) =>
    `let ${out} = ${k} + ${sum}; for await (const chunk of createReadStream('offset.txt')) ${out} += Number(chunk);`,
  folder: ({ out, k, sum }) =>
    `const ${out} = readdirSync('.').filter((name) => name.startsWith('extra')).length + ${k} + ${sum};`,
  loads: ({ out, k, sum }) => `const ${out} = loaded + ${k} + ${sum};`,
  env: ({ out, k, sum }) => `const ${out} = Number(process.env.MEMOIR_FUZZ) + ${k} + ${sum};`,
  clock: ({ out, k, sum }) => `const ${out} = (Date.now() % 1000) + ${k} + ${sum};`,
  random: ({ out, k, sum }) => `const ${out} = Math.floor(Math.random() * 100) + ${k} + ${sum};`,
  slider: ({ out, k }) => `const ${out} = slider('${out}', { min: 0, max: 9, value: ${k} });`,
  error: ({ out, k, sum }) =>
    `const ${out} = ((s) => { if (s % 3 === 0) throw new Error('bad ' + s); return s; })(${k} + ${sum});`,
} as const satisfies Record<string, (written: Written) => string>;

export const kinds = Object.keys(KINDS) as readonly Kind[];

/** The imports that mentions of these names need. */
const IMPORTS: Readonly<Record<string, string>> = {
  h0: "import { h0 } from './h0.ts';",
  h1: "import { h1 } from './h1.ts';",
  base: "import { base } from './h0.ts';",
  lazy: "import { lazy } from './lazy.ts';",
  c0: "import { c0 } from './c0.cjs';",
  json: "import json from './data.json' with { type: 'json' };",
  loaded: "import { loaded } from './loads.ts';",
  readFileSync: "import { readFileSync } from 'node:fs';",
  createReadStream: "import { createReadStream } from 'node:fs';",
  readdirSync: "import { readdirSync } from 'node:fs';",
  slider: "import { slider } from 'memoir';",
};

export type FileName =
  | 'h0.ts'
  | 'h1.ts'
  | 'h2.ts'
  | 'lazy.ts'
  | 'loads.ts'
  | 'c0.cjs'
  | 'c1.cjs'
  | 'data.json'
  | 'offset.txt'
  | 'extra';

/** The files that a notebook reads, by name; `extra` is that many files. */
export function filesOf({ files, style }: Model): Record<string, string> {
  const comment = style % 2 ? '// one more comment\n' : '';
  const number = style % 3 ? ': number' : '';
  return {
    'h0.ts': `${comment}import { h1 } from './h1.ts';\nexport { base } from './h2.ts';\nexport const h0 = (x${number}) => h1(x) + ${files['h0.ts']};\n`,
    'h1.ts': `import * as deep from './h2.ts';\nexport function h1(x${number}) { return x * ${files['h1.ts']} + deep.base; }\nexport const base = 1;${comment}\n`,
    'h2.ts': `${comment}export const base${number} = ${files['h2.ts']};\n`,
    'lazy.ts': `const name = (n${number}) => './h' + n + '.ts';\nexport const lazy = async (n${number}) => (await import(name(n))).base + ${files['lazy.ts']};\n`,
    'loads.ts': `import { readFileSync } from 'node:fs';\nexport const loaded = Number(readFileSync(new URL('./offset.txt', import.meta.url), 'utf8')) * ${files['loads.ts']};\n`,
    'c0.cjs': `${comment}const { c1 } = require('./c1.cjs');\nexports.c0 = c1 + ${files['c0.cjs']};\n`,
    'c1.cjs': `Object.assign(exports, { c1: ${files['c1.cjs']} }); ${comment}\n`,
    'data.json': JSON.stringify({ n: files['data.json'] }),
    'offset.txt': String(files['offset.txt']),
    ...Object.fromEntries(Array.from({ length: files.extra }, (_, i) => [`extra${i}.txt`, ''])),
  };
}

/** A number for whatever a declaration may give, so that any can be taken by any. */
const READ = `const _n = (x) => typeof x === 'function' ? _n(x(2)) : x instanceof Map || x instanceof Set ? _n([...x.values()])
  : x !== null && typeof x === 'object' ? Object.values(x).reduce((sum, y) => sum + _n(y), 'twice' in x ? x.twice : 0) : Number(x) || 0;`;

/** The statements of a cell: what it declares, and what stands for it on the page. */
export function bodyOf(cell: CellModel, model: Model): { readonly lines: readonly string[]; readonly shown: string } {
  const names = namesOf(model);
  const lines = cell.declared.map((one) => lineOf(one, names));
  if (cell.slow) lines.unshift('await new Promise((resolve) => setTimeout(resolve, 6));');
  const shown = cell.declared.map(({ id }) => `_n(${names.get(id)})`);
  const same = cell.declared.flatMap(({ kind, refs, id }) =>
    kind === 'shared' && names.has(refs[0]!) ? [`${names.get(id)}.first === ${names.get(refs[0]!)}`] : [],
  );
  return { lines: [READ, ...lines], shown: `[${[...shown, ...same].join(', ')}].join()` };
}

/** A cell as it stands in the notebook. */
export function sourceOf(cell: CellModel, model: Model): string {
  const { lines, shown } = bodyOf(cell, model);
  const comment = cell.style % 2 ? '/* and so on */ ' : '';
  return [...importsOf(lines), ...lines, shown]
    .map((line) => `${comment}${line}${cell.style > 1 ? ' //\n' : ''}`)
    .join('\n');
}

/** The imports that a text needs, a line each. */
export function importsOf(lines: readonly string[]): string[] {
  const words = new Set(lines.slice(1).join(' ').match(/\w+/g));
  return Object.entries(IMPORTS).flatMap(([name, line]) => (words.has(name) ? [line] : []));
}

/** What every declaration goes by. */
export function namesOf({ cells }: Model): Map<number, string> {
  return new Map(
    cells.flatMap(({ declared }) => declared.map(({ id, renamed }) => [id, `${renamed ? 'w' : 'v'}${id}`])),
  );
}

/** The declarations that one of a cell mentions: what a slider gives depends on none. */
export function takenBy({ kind, refs }: Declared): readonly number[] {
  return kind === 'slider' ? [] : refs;
}

function lineOf({ id, kind, k, refs }: Declared, names: ReadonlyMap<number, string>): string {
  const taken = refs.flatMap((ref) => names.get(ref) ?? []);
  const sum = `(${['0', ...taken.map((name) => `_n(${name})`)].join(' + ')})`;
  return KINDS[kind]({ out: names.get(id)!, k, sum, first: taken[0] ?? '[1]' });
}
