import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/** The `paths` of one tsconfig.json or jsconfig.json, inherited ones included. */
interface Aliases {
  readonly base: string;
  readonly paths: Readonly<Record<string, readonly string[]>>;
}

/** Files that a specifier may mean by the `paths` of the tsconfig.json or jsconfig.json that holds for `folder`, best first. */
export function aliasTargets(specifier: string, folder: string): string[] {
  const aliases = nearestAliases(folder);
  if (!aliases) return [];
  const matches = Object.entries(aliases.paths).flatMap(([pattern, targets]) => {
    const [before = '', after] = pattern.split('*');
    if (after === undefined) return pattern === specifier ? [{ length: Infinity, targets, rest: '' }] : [];
    if (!specifier.startsWith(before) || !specifier.endsWith(after)) return [];
    if (specifier.length < before.length + after.length) return [];
    return [{ length: before.length, targets, rest: specifier.slice(before.length, specifier.length - after.length) }];
  });
  const [best] = matches.sort((a, b) => b.length - a.length); // the most specific pattern wins, as in tsc
  return (
    best?.targets.map((target) =>
      resolve(
        aliases.base,
        target.replace('*', () => best.rest),
      ),
    ) ?? []
  );
}

function nearestAliases(folder: string): Aliases | null {
  for (let at = folder; ; at = dirname(at)) {
    for (const path of [join(at, 'tsconfig.json'), join(at, 'jsconfig.json')]) {
      const text = textOf(path);
      if (text !== null) return aliasesOf(path, text);
    }
    if (at === dirname(at)) return null;
  }
}

function aliasesOf(path: string, text: string, depth = 0): Aliases | null {
  const { compilerOptions = {}, extends: parents = [] } = parseJsonc(text);
  const { baseUrl, paths } = compilerOptions;
  if (paths) return { base: resolve(dirname(path), baseUrl ?? '.'), paths };
  for (const parent of [parents].flat().reverse()) {
    const file = depth < 10 ? findParent(parent, path) : null;
    const inherited = file && aliasesOf(file.path, file.text, depth + 1);
    if (inherited) return inherited;
  }
  return null;
}

function findParent(name: string, from: string): { path: string; text: string } | null {
  const isFile = /^\.{0,2}\//.test(name);
  for (const candidate of [name, `${name}.json`, `${name}/tsconfig.json`]) {
    const path = isFile ? resolve(dirname(from), candidate) : packageFile(candidate, from);
    const text = path && textOf(path);
    if (path && text) return { path, text };
  }
  return null;
}

function packageFile(name: string, from: string): string | null {
  try {
    return createRequire(from).resolve(name);
  } catch {
    return null;
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

interface Config {
  readonly extends?: string | readonly string[];
  readonly compilerOptions?: { readonly baseUrl?: string; readonly paths?: Aliases['paths'] };
}

/** JSON with comments and trailing commas; a file that is neither says nothing. */
function parseJsonc(text: string): Config {
  const plain = text
    .replace(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, string = '') => string)
    .replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, (_, string = '') => string);
  try {
    return JSON.parse(plain) as Config; // the compiler checks it; here a wrong type only finds nothing
  } catch {
    return {};
  }
}
