import { readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildFailure, build, type Message, type OutputFile, type Plugin } from 'esbuild';
import { parseSync } from 'oxc-parser';
import { UserError } from '../base/errors.ts';
import { type EntryRequest, entryOf } from './bundleEntry.ts';
import { HARNESS } from './harness.ts';
import { markCalls } from './markCalls.ts';
import { markWaits } from './markWaits.ts';
import { isPackage } from './sources.ts';
import { languageOf } from './target.ts';

export interface BundleRequest extends EntryRequest {
  /** The text of the target's file. */
  readonly source: string;
  /** Modules that are no files, by path. */
  readonly modules: ReadonlyMap<string, string>;
  /** What `import … from 'memoir'` leads to. */
  readonly memoir: string;
  /** Where the bundle will stand. */
  readonly outfile: string;
  /** What tells its line: calls of one function from several lines (see markCalls), or awaits (see markWaits). */
  readonly marks: 'calls' | 'waits' | null;
}

export interface Bundle {
  readonly code: string;
  readonly map: string;
}

/**
 * Bundles a target with the packages it uses into one module, so that inlining stays within one script and
 * every tick finds its line. Native parts and what cannot be resolved are left to be loaded at run time.
 * @throws UserError when the code cannot be built
 */
export async function bundleTarget(request: BundleRequest): Promise<Bundle> {
  const unresolved = new Set<string>();
  for (;;) {
    try {
      const { outputFiles } = await build(options(request, unresolved));
      return { code: textOf(outputFiles, '.mjs'), map: textOf(outputFiles, '.map') };
    } catch (error) {
      const messages = (error as Partial<BuildFailure>).errors ?? [];
      const missing = messages.flatMap(missingFromPackage).filter((name) => !unresolved.has(name));
      if (!messages.length) throw error;
      if (!missing.length) throw new UserError(describe(messages[0]!));
      for (const name of missing) unresolved.add(name);
    }
  }
}

function options(request: BundleRequest, unresolved: ReadonlySet<string>) {
  const { file, outfile } = request;
  return {
    stdin: { contents: entryOf(request), sourcefile: HARNESS, resolveDir: dirname(file), loader: 'js' },
    bundle: true,
    write: false,
    outfile,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    sourcemap: 'external',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'silent',
    mainFields: ['module', 'main'],
    external: [...unresolved],
    banner: {
      js: `import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(${JSON.stringify(file)});`,
    },
    define: {
      'import.meta.url': '$memoirUrl',
      'import.meta.dirname': '$memoirDirname',
      'import.meta.filename': '$memoirFilename',
      'import.meta.main': '$memoirMain',
      'require.main': '$memoirMainModule',
      __dirname: '$memoirDirname',
      __filename: '$memoirFilename',
    },
    plugins: [targetPlugin(request)],
  } as const satisfies Parameters<typeof build>[0];
}

function targetPlugin(request: BundleRequest): Plugin {
  return {
    name: 'memoir-target',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^memoir$/ }, () => ({ path: pathToFileURL(request.memoir).href, external: true }));
      onResolve({ filter: /\.node$/ }, ({ path, resolveDir }) => ({
        path: path.startsWith('.') ? join(resolveDir, path) : path,
        external: true,
      }));
      onResolve({ filter: /#/ }, ({ path }) => (path === request.file || request.modules.has(path) ? { path } : null));
      onLoad({ filter: /(\.[mc]?[jt]sx?$)|#/ }, async ({ path }) => {
        const isTarget = path === request.file;
        const source = isTarget ? request.source : (request.modules.get(path) ?? (await readFile(path, 'utf8')));
        const isMain = isTarget && request.access === null;
        const opened = withPlace(isTarget && !isMain ? withDoors(source, request) : source, path, isMain);
        const mark = request.marks && !isPackage(path) ? MARKS[request.marks] : null;
        const contents = mark ? mark(opened, path) : opened;
        return { contents, loader: loaderOf(path) };
      });
    },
  };
}

const MARKS = { calls: markCalls, waits: markWaits } as const;

/** The target's text with what lets the harness in: behind its last line, so that no line moves. */
function withDoors(source: string, { file, access, args }: BundleRequest): string {
  const { expression, self, instanceOf, insert } = access!; // there is a function to open
  const doors = {
    $memoirTarget: `($self) => ${expression}`,
    $memoirSelf: `() => ${self ?? 'undefined'}`,
    $memoirClass: `() => ${instanceOf ?? 'null'}`,
    $memoirArgs: 'expression' in args ? `async () => (${args.expression}\n)` : 'null',
  };
  const opened = insert ? source.slice(0, insert.at) + insert.text + source.slice(insert.at) : source;
  const entries = Object.entries(expression === 'default' ? { $memoirArgs: doors.$memoirArgs } : doors);
  if (isCommonJs(source, file))
    return `${opened}\n;${entries.map(([name, code]) => `module.exports.${name} = ${code};`).join('\n')}`;
  return `${opened}\n;${entries.map(([name, code]) => `export const ${name}${typeOf(file)} = ${code};`).join('\n')}`;
}

/** Text for the bundle, where a value that has no type of its own must not make the compiler complain; not a type of ours. */
function typeOf(file: string): string {
  return languageOf(file).startsWith('ts') ? ': any' : '';
}

function isCommonJs(source: string, file: string): boolean {
  if (/\.c[jt]s$/.test(file)) return true;
  const { module } = parseSync(file, source, { lang: languageOf(file) });
  return !module.hasModuleSyntax && /\b(module\.exports|exports\.|require\s*\()/.test(source);
}

/** Tells a module where its file is, and whether it is what is run: bundled code would take the bundle's place for its own. */
function withPlace(source: string, path: string, isMain: boolean): string {
  if (!/\bimport\.meta\b|\b__dirname\b|\b__filename\b|\brequire\.main\b/.test(source)) return source;
  const values = {
    $memoirUrl: pathToFileURL(path).href,
    $memoirDirname: dirname(path),
    $memoirFilename: path,
    $memoirMain: isMain,
  };
  const declared = Object.entries(values).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  if (/\brequire\.main\b/.test(source)) declared.push(`$memoirMainModule = ${isMain ? 'module' : 'undefined'}`);
  return source.replace(/^(#!.*\n)?/, (hashbang) => `${hashbang}var ${declared.join(', ')};`);
}

function loaderOf(path: string): 'ts' | 'tsx' | 'js' | 'jsx' {
  return /^\.[mc]?js$/.test(extname(path)) ? 'jsx' : languageOf(path);
}

/** A package's optional dependency that is not installed: its absence is the package's affair, at run time. */
function missingFromPackage({ text, location }: Message): string[] {
  const name = /^Could not resolve "(.+)"$/.exec(text)?.[1];
  return name && location && /[\\/]?node_modules[\\/]/.test(location.file) ? [name] : [];
}

function describe({ text, location }: Message): string {
  const place = location ? ` (${location.file}:${location.line}:${location.column + 1})` : '';
  return `The function's module cannot be built: ${text}${place}.`;
}

function textOf(files: readonly OutputFile[] | undefined, ending: string): string {
  return files?.find(({ path }) => path.endsWith(ending))?.text ?? '';
}
