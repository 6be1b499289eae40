import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import {
  type LoadFnOutput,
  type LoadHookContext,
  type ResolveFnOutput,
  type ResolveHookContext,
  registerHooks,
  stripTypeScriptTypes,
} from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transformSync } from 'esbuild';
import { rewriteModule } from '../notebook/impurity.ts';
import { untracked } from './run.ts';

/** A local module as it was last loaded. */
interface Loaded {
  version: number;
  digest: string;
  readonly importers: Set<string>;
}

const TYPESCRIPT = new Set(['.ts', '.mts', '.cts']);
const OURS = new Set([...TYPESCRIPT, '.js', '.mjs', '.cjs']);
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

  /** @param memoir URL that `import … from 'memoir'` leads to. */
  constructor(memoir: string) {
    this.#memoir = memoir;
    this.#own = fileURLToPath(new URL('.', memoir));
  }

  install(): void {
    registerHooks({
      resolve: (specifier, context, next) => untracked(() => this.#resolve(specifier, context, next)),
      load: (url, context, next) => untracked(() => this.#load(url, context, next)),
    });
  }

  /** Gives edited modules and their importers a new version; call before each run. */
  refresh(): void {
    const edited = [...this.#loaded]
      .filter(([path, { digest }]) => digestSource(path) !== digest)
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
      edited.push(...module.importers);
    }
  }

  #resolve(specifier: string, context: ResolveHookContext, next: Next<ResolveHookContext, ResolveFnOutput>) {
    if (specifier === 'memoir') return { url: this.#memoir, format: 'module', shortCircuit: true } as const;
    const parent = context.parentURL?.startsWith('file:') ? fileURLToPath(bare(context.parentURL)) : null;
    if (!parent || this.#isForeign(parent) || !/^(\.{1,2}(\/|$)|\/|file:)/.test(specifier))
      return next(specifier, context);
    const path = untracked(() => findModule(specifier, parent));
    if (!path || this.#isForeign(path)) return next(specifier, context);
    const required = context.conditions?.includes('require') ?? false;
    const resolved: ResolveFnOutput = next(required ? path : pathToFileURL(path).href, context);
    if (!OURS.has(extname(path)) && extname(path) !== '.json') return resolved;
    return { ...resolved, url: `${pathToFileURL(path).href}?v=${this.#note(path, parent).version}` };
  }

  #load(url: string, context: LoadHookContext, next: Next<LoadHookContext, LoadFnOutput>): LoadFnOutput {
    if (!url.startsWith('file:')) return next(url, context);
    const path = fileURLToPath(bare(url));
    if (!this.#loaded.has(path) || !OURS.has(extname(path))) return next(bare(url), context);
    const source = readFileSync(path, 'utf8');
    return { format: formatOf(path, source), source: prepareSource(source, path), shortCircuit: true };
  }

  #isForeign(path: string): boolean {
    return /[\\/]node_modules[\\/]/.test(path) || path.startsWith(this.#own);
  }

  #note(path: string, importer: string): Loaded {
    let module = this.#loaded.get(path);
    if (!module) {
      module = { version: 0, digest: untracked(() => digestSource(path)), importers: new Set() };
      this.#loaded.set(path, module);
    }
    module.importers.add(importer);
    return module;
  }
}

type Next<Context, Result> = (specifier: string, context?: Partial<Context>) => Result;

function bare(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/** The file a local specifier means: as written, with `.js` standing for `.ts`, or with an ending added. */
function findModule(specifier: string, parent: string): string | null {
  const base = specifier.startsWith('file:')
    ? fileURLToPath(specifier)
    : specifier.startsWith('/')
      ? specifier
      : join(dirname(parent), specifier);
  const swapped = base.replace(/\.(m|c)?js$/, '.$1ts');
  const candidates = [...CANDIDATES.map((ending) => base + ending), swapped];
  return candidates.find((path) => existsSync(path) && statSync(path).isFile()) ?? null;
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

function prepareSource(source: string, path: string): string {
  const { code } = rewriteModule(source, path);
  return TYPESCRIPT.has(extname(path)) ? stripTypes(code, path) : code;
}

/** Strips types in place; syntax that needs code (enums, parameter properties) goes through esbuild. */
function stripTypes(code: string, path: string): string {
  try {
    return stripTypeScriptTypes(code, { mode: 'strip', sourceUrl: pathToFileURL(path).href });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')) throw error;
    return transformSync(code, { loader: 'ts', sourcemap: 'inline', sourcefile: path, target: 'node22' }).code;
  }
}
