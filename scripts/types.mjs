// What TypeScript needs beside the program: itself, and the declarations of `memoir` and of Node.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { transform } from 'esbuild';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';

const require = createRequire(import.meta.url);

/** TypeScript's language service and the declarations of the language, into `folder`. */
export async function buildTypeScript(folder, minify) {
  const lib = dirname(createRequire(require.resolve('typescript')).resolve('@typescript/old'));
  mkdirSync(folder, { recursive: true });
  const source = readFileSync(join(lib, 'typescript.js'), 'utf8');
  const { code } = minify
    ? await transform(source, { minify, platform: 'node', target: 'node22', legalComments: 'none' })
    : { code: source };
  writeFileSync(join(folder, 'typescript.cjs'), code);
  for (const name of readdirSync(lib).filter((name) => /^lib\..*d\.ts$/.test(name)))
    cpSync(join(lib, name), join(folder, name));
  cpSync(join(lib, '../LICENSE.txt'), join(folder, 'LICENSE.txt'));
}

/** `memoir.d.ts` and `test.d.ts` for who imports the package, `notebook.d.ts` for notebooks, Node's own under `node`. */
export async function buildDeclarations(folder) {
  const [code, test] = await Promise.all(['src/index.ts', 'src/test.ts'].map(declarationsOf));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'memoir.d.ts'), code);
  writeFileSync(join(folder, 'test.d.ts'), test);
  writeFileSync(join(folder, 'notebook.d.ts'), ambient(code));
  writeFileSync(join(folder, 'plain.d.ts'), PLAIN);
  const node = dirname(require.resolve('@types/node/package.json'));
  const undici = dirname(createRequire(join(node, 'package.json')).resolve('undici-types/package.json'));
  copyDeclarations(node, join(folder, 'node'), (text, depth) =>
    text
      .replaceAll(UNDICI_EVENT, 'type MessageEvent<T = any> = import("undici-types").MessageEvent<T>;')
      .replaceAll(/(["'])undici-types\1/g, `$1${'../'.repeat(depth) || './'}undici/index.js$1`),
  );
  writeFileSync(join(folder, 'node/package.json'), '{ "type": "commonjs" }\n'); // as they were written
  // what it refers to lies around it already; another copy of it may be found further up, and everything be there twice
  copyDeclarations(undici, join(folder, 'node/undici'), (text) =>
    text.replaceAll(/^\/\/\/ <reference types="node" \/>\r?\n/gm, ''),
  );
}

/** An import within a module's declaration, where none may be relative. */
const UNDICI_EVENT = 'import { MessageEvent } from "undici-types";';

/** Whose types are told in full: whoever uses `memoir` need not have these packages. */
const BUNDLED = ['keyv', 'hookified'];

/** All that an entry exports, in one text. */
async function declarationsOf(input) {
  const bundle = await rollup({
    input,
    external: (id) => id.startsWith('node:'),
    plugins: [dts({ tsconfig: 'tsconfig.json', compilerOptions: { stripInternal: true }, includeExternal: BUNDLED })],
    onLog(level, log) {
      if (level === 'warn') throw new Error(`The declarations: ${log.message}`);
    },
  });
  const { output } = await bundle.generate({ format: 'es' });
  return output[0].code;
}

/** The module as a notebook meets it, wherever it lies, with the names that are in scope in every cell. */
function ambient(code) {
  const inside = code.replaceAll(/^(export )?declare /gm, '$1').replaceAll(/^(?=.)/gm, '  ');
  return `// Made by the build from memoir.d.ts.
declare module 'memoir' {
${inside}}

/** Resolves when the cell is about to run again or its kernel ends: the moment to clean up. */
declare const invalidation: Promise<void>;
/** Aborts when the cell is interrupted, or is about to run again. */
declare const signal: AbortSignal;
`;
}

/** SQL cells find `sql` in scope; in plain text they are code like any other. */
const PLAIN = `/// <reference path="notebook.d.ts" />
declare const sql: typeof import('memoir').sql;
`;

function copyDeclarations(from, to, change) {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.d\.[cm]?ts$|^LICENSE$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    if (/[\\/](ts5\.\d|compatibility)[\\/]/.test(path) && /ts5\.\d/.test(path)) continue; // for older compilers
    const target = join(to, path.slice(from.length));
    mkdirSync(dirname(target), { recursive: true });
    const depth = relative(from, path).split(sep).length - 1;
    writeFileSync(target, change(readFileSync(path, 'utf8'), depth));
  }
}
