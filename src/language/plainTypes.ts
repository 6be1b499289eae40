import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { applyEdits, type ModificationOptions, modify, parse } from 'jsonc-parser';
import { CACHE_FOLDER, makeCacheFolder } from '../base/program.ts';
import { installedNode } from './head.ts';

/** What TypeScript must know of a project to read a notebook as a plain module. */
const NEEDED = { moduleDetection: 'force', skipLibCheck: true };
/** A project for notebooks where there is none. */
const FRESH = {
  target: 'esnext',
  module: 'preserve',
  lib: ['esnext'],
  types: [],
  strict: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  ...NEEDED,
};

/** A project for notebooks below another one, whose code may be made for another place. */
const BELOW = {
  target: 'esnext',
  module: 'preserve',
  noEmit: true,
  noUnusedLocals: false,
  allowImportingTsExtensions: true,
  ...NEEDED,
};

/**
 * Sets a folder up so that plain TypeScript reads the notebooks in it: copies the declarations that come with Memoir
 * into the cache folder, and tells the nearest tsconfig.json, or a new one, of them.
 * @param types the folder of these declarations
 * @returns the tsconfig.json that was written
 */
export async function setUpTypes(notebook: string, root: string, types: string): Promise<string> {
  const folder = join(root, CACHE_FOLDER);
  makeCacheFolder(folder);
  const target = join(folder, 'types');
  const node = installedNode(dirname(notebook)) ? [] : ['node'];
  await mkdir(target, { recursive: true });
  for (const name of ['notebook.d.ts', 'plain.d.ts', ...node])
    await cp(join(types, name), join(target, name), { recursive: true });
  const declarations = [join(target, 'plain.d.ts'), ...node.map(() => join(target, 'node/index.d.ts'))];
  const known = nearestConfig(dirname(resolve(notebook)), resolve(root));
  const config =
    known && dirname(known) === dirname(resolve(notebook)) ? known : join(dirname(notebook), 'tsconfig.json');
  const include = declarations.map((path) => relativeTo(config, path));
  const ending = extname(notebook);
  if (config === known) await writeFile(config, extended(await readFile(config, 'utf8'), include, ending));
  else await writeFile(config, fresh(known && relativeTo(config, known), include, ending, node.length === 0));
  return config;
}

function fresh(parent: string | null, include: readonly string[], ending: string, hasNode: boolean): string {
  const js = ending === '.js' && { allowJs: true };
  const compilerOptions = parent ? { ...BELOW, ...js } : { ...FRESH, ...js, types: hasNode ? ['node'] : [] };
  const files = [...new Set(['**/*.ts', `**/*${ending}`])];
  const config = { ...(parent && { extends: parent }), compilerOptions, include: [...files, ...include] };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** A tsconfig.json with what is needed added; its comments and its layout stay. */
function extended(text: string, include: readonly string[], ending: string): string {
  const { compilerOptions = {}, include: before = ['**/*'] } = (parse(text) ?? {}) as Config;
  const isIncluded = before.some((pattern) => /^(\.\/)?(\*|\.?$)/.test(pattern));
  const notebooks = isIncluded ? [] : [`*.memoir${ending}`];
  const emits = !compilerOptions.noEmit && !compilerOptions.emitDeclarationOnly;
  const js = ending === '.js' && { allowJs: true };
  const options = {
    ...NEEDED,
    ...js,
    [emits ? 'rewriteRelativeImportExtensions' : 'allowImportingTsExtensions']: true,
  };
  const changes: [readonly (string | number)[], unknown][] = [
    ...Object.entries(options).map(([name, value]): [string[], unknown] => [['compilerOptions', name], value]),
    [['include'], [...new Set([...before, ...notebooks, ...include])]],
  ];
  return changes.reduce((json, [path, value]) => applyEdits(json, modify(json, [...path], value, LAYOUT)), text);
}

interface Config {
  readonly compilerOptions?: Readonly<Record<string, unknown>>;
  readonly include?: readonly string[];
}

const LAYOUT: ModificationOptions = { formattingOptions: { insertSpaces: true, tabSize: 2 } };

function nearestConfig(folder: string, root: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'tsconfig.json'))) return join(at, 'tsconfig.json');
    if (at === root || at === dirname(at)) return null;
  }
}

function relativeTo(config: string, path: string): string {
  const way = relative(dirname(config), path).replaceAll('\\', '/');
  return way.startsWith('.') ? way : `./${way}`;
}
