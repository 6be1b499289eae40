import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import {
  createRequire,
  type LoadFnOutput,
  type LoadHookContext,
  type ResolveFnOutput,
  type ResolveHookContext,
  registerHooks,
  SourceMap,
  stripTypeScriptTypes,
} from 'node:module';
import { dirname, extname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { rewriteModule } from '../notebook/impurity.ts';
import { aliasTargets } from '../notebook/pathAliases.ts';
import { currentRun, type Run, untracked } from './run.ts';

/** A local module as it was last loaded. */
interface Loaded {
  version: number;
  /** Of its text. */
  digest: string;
  readonly importers: Set<string>;
  /** The local modules that it was seen to load, by whatever means. */
  readonly imports: Set<string>;
  /** It was seen to load something else too, such as a package. */
  loadsMore: boolean;
}

/** Where the calls of a function are captured (see profile/captureMain), its module has another text. */
const watched = globalThis as { $memoirSource?(path: string): string | undefined }; // a global of ours

const TYPESCRIPT = new Set(['.ts', '.mts', '.cts']);
/** Imports of anything but Memoir and Node itself, and Node's own ways to import by other means. */
const MAY_LOAD_MODULES =
  /\.(?:import|require)\((?!"(?:memoir"|node:(?!module|process|vm)))|\brequire\b|getBuiltinModule|mainModule|\beval\b|\bFunction\b/;
const OURS = new Set([...TYPESCRIPT, '.js', '.mjs', '.cjs']);
/** What is loaded anew after an edit; addons cannot be. */
const VERSIONED = new Set([...OURS, '.json', '.wasm']);
const CANDIDATES = ['', '.ts', '.mts', '.js', '.mjs', '.cjs', '.json', '/index.ts', '/index.js'];

/**
 * Loads the user's own modules: types stripped, clock and randomness told of, and fresh after an edit.
 * An edited module, and whatever imports it, gets a new version in its URL, so that an import sees the new text
 * while modules that did not change keep their state.
 */
export class ModuleLoader {
  readonly #memoir: string;
  /** Folder of Memoir's own bundles. */
  readonly #own: string;
  readonly #loaded = new Map<string, Loaded>();
  #rewrite: typeof rewriteModule | null = null;
  readonly #maps = new Map<string, SourceMap | null>();
  readonly #required = createRequire(import.meta.url).cache;

  /** @param memoir URL that `import … from 'memoir'` leads to. */
  constructor(memoir: string) {
    this.#memoir = memoir;
    this.#own = fileURLToPath(new URL('.', memoir));
  }

  install(): void {
    registerHooks({
      resolve: (specifier, context, next) => {
        const run = currentRun();
        return untracked(() => this.#resolve(specifier, context, { next, run }));
      },
      load: (url, context, next) => untracked(() => this.#load(url, context, next)),
    });
  }

  /** To be awaited before `code` runs: what rewrites local modules takes long to load, and most cells import none. */
  async prepare(code: string): Promise<void> {
    if (MAY_LOAD_MODULES.test(code)) this.#rewrite ??= (await import('../notebook/impurity.ts')).rewriteModule;
  }

  /** Gives edited modules and their importers a new version; call before each run. `all` counts every module as edited. */
  refresh({ all = false } = {}): void {
    const edited = [...this.#loaded]
      .filter(([path, { digest }]) => all || digestSource(path) !== digest)
      .map(([path]) => path);
    const outdated = new Set<string>();
    while (edited.length) {
      const path = edited.pop()!;
      if (outdated.has(path)) continue;
      outdated.add(path);
      const module = this.#loaded.get(path);
      if (!module) continue;
      module.version += 1;
      module.digest = digestSource(path);
      module.imports.clear();
      module.loadsMore = false;
      delete this.#required[path]; // CommonJS knows no versions
      edited.push(...module.importers);
    }
  }

  /** The local modules among `paths`, and all that these were seen to load, with digests of their texts. */
  withImports(paths: Iterable<string>): Map<string, string> {
    const found = new Set(paths);
    for (const path of found) for (const imported of this.#loaded.get(path)?.imports ?? []) found.add(imported);
    return new Map([...found].map((path) => [path, this.#loaded.get(path)?.digest ?? 'absent']));
  }

  /** The same without digests; null where there is more to load than local modules. */
  closure(paths: Iterable<string>): ReadonlySet<string> | null {
    const all = new Set(this.withImports(paths).keys());
    for (const path of all) if (this.#loaded.get(path)?.loadsMore !== false) return null;
    return all;
  }

  /** The place in the source of a local module that a place in its loaded code comes from. */
  original(path: string, line: number, column: number): { line: number; column: number } {
    const entry = this.#maps.get(path)?.findEntry(line - 1, column - 1);
    if (!entry || !('originalLine' in entry)) return { line, column };
    return { line: entry.originalLine + 1, column: entry.originalColumn + 1 };
  }

  #resolve(specifier: string, context: ResolveHookContext, { next, run }: Resolving) {
    if (specifier === 'memoir') return { url: this.#memoir, format: 'module', shortCircuit: true } as const;
    const parent = context.parentURL?.startsWith('file:') ? fileURLToPath(bare(context.parentURL)) : null;
    if (!parent || this.#isForeign(parent) || specifier.startsWith('node:')) return next(specifier, context);
    const required = context.conditions?.includes('require') ?? false;
    if (required && !this.#loaded.has(parent)) run?.read('module', specifier, ''); // by the notebook itself; see `import` in evaluate.ts
    const found = findModule(specifier, parent);
    const resolved = next(!found ? specifier : required ? found : pathToFileURL(found).href, context);
    // also of packages' own `#names`, and of packages linked from the workspace
    const path = resolved.url.startsWith('file:') ? fileURLToPath(bare(resolved.url)) : null;
    if (path === null || this.#isForeign(path) || !VERSIONED.has(extname(path))) {
      const importer = this.#loaded.get(parent);
      if (importer && !resolved.url.startsWith('node:')) importer.loadsMore = true;
      return resolved;
    }
    run?.loads(path);
    return { ...resolved, url: `${pathToFileURL(path).href}?v=${this.#note(path, parent).version}` };
  }

  #load(url: string, context: LoadHookContext, next: Next<LoadHookContext, LoadFnOutput>): LoadFnOutput {
    if (!url.startsWith('file:')) return next(url, context);
    const path = fileURLToPath(bare(url));
    if (!this.#loaded.has(path) || !OURS.has(extname(path))) return next(bare(url), context);
    const source = watched.$memoirSource?.(path) ?? readFileSync(path, 'utf8');
    if (!this.#rewrite) throw new Error(`${path} was imported in a way that Memoir does not know.`);
    const { code, map } = prepareSource(this.#rewrite(source, path).code, path);
    this.#maps.set(path, map);
    return { format: formatOf(path, source), source: code, shortCircuit: true };
  }

  #isForeign(path: string): boolean {
    return /[\\/]node_modules[\\/]/.test(path) || path.startsWith(this.#own);
  }

  #note(path: string, importer: string): Loaded {
    let module = this.#loaded.get(path);
    if (!module) {
      const digest = untracked(() => digestSource(path));
      module = { version: 0, digest, importers: new Set(), imports: new Set(), loadsMore: false };
      this.#loaded.set(path, module);
    }
    module.importers.add(importer);
    this.#loaded.get(importer)?.imports.add(path);
    return module;
  }
}

/** One call of the resolving hook: who is next to be asked, and on whose behalf. */
interface Resolving {
  readonly next: Next<ResolveHookContext, ResolveFnOutput>;
  readonly run: Run | undefined;
}

type Next<Context, Result> = (specifier: string, context?: Partial<Context>) => Result;

function bare(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/** The file a local specifier or an alias means: as written, with `.js` standing for `.ts`, or with an ending added. */
function findModule(specifier: string, parent: string): string | null {
  const isLocal = /^(\.{1,2}(\/|$)|\/|file:)/.test(specifier);
  const bases = isLocal ? [localPath(specifier, parent)] : aliasTargets(specifier, dirname(parent));
  const candidates = bases.flatMap((base) => [
    ...CANDIDATES.map((ending) => base + ending),
    base.replace(/\.(m|c)?js$/, '.$1ts'),
  ]);
  return candidates.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile()) ?? null;
}

function localPath(specifier: string, parent: string): string {
  if (specifier.startsWith('file:')) return fileURLToPath(bare(specifier));
  return resolve(dirname(parent), specifier);
}

function digestSource(path: string): string {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch {
    return 'absent';
  }
}

function formatOf(path: string, source: string): 'module' | 'commonjs' {
  if (/\.c[jt]s$/.test(path)) return 'commonjs';
  if (/\.m[jt]s$/.test(path)) return 'module';
  return /^\s*(import|export)\b/m.test(source) || !/\b(require\s*\(|module\.exports|exports\.)/.test(source)
    ? 'module'
    : 'commonjs';
}

interface Prepared {
  readonly code: string;
  /** Null where lines and columns stayed as they were. */
  readonly map: SourceMap | null;
}

function prepareSource(source: string, path: string): Prepared {
  return TYPESCRIPT.has(extname(path)) ? stripTypes(source, path) : { code: source, map: null };
}

/** Strips types in place; syntax that needs code (enums, parameter properties) is transformed. */
function stripTypes(source: string, path: string): Prepared {
  try {
    return { code: stripTypeScriptTypes(source, { mode: 'strip', sourceUrl: pathToFileURL(path).href }), map: null };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')) throw error;
    const code = stripTypeScriptTypes(source, { mode: 'transform', sourceMap: true });
    const map = /\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/.exec(code)?.[1];
    return { code, map: map ? new SourceMap(JSON.parse(Buffer.from(map, 'base64').toString())) : null };
  }
}
