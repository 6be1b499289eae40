import { createHash } from 'node:crypto';
import { builtinModules } from 'node:module';
import { dirname, resolve } from 'node:path';
import { build, type Metafile } from 'esbuild';
import type { FileDigests } from './fileDigests.ts';
import { PackageDigests } from './packageDigests.ts';

interface LocalModule {
  /** What tells whether the module has to be read again: files of the static import graph, and where they were found. */
  readonly stamps: ReadonlyMap<string, string>;
  readonly files: readonly string[];
  readonly packages: readonly { readonly name: string; readonly from: string }[];
  /** Whether some of its files are reached by other names than paths (`#lib`, `@/lib`). */
  readonly aliased: boolean;
  readonly code: string;
}

/** What a module specifier stands for right now: the code behind a local one, the version of a package. */
export class ModuleDigests {
  readonly #directory: string;
  readonly #files: FileDigests;
  readonly #packages: PackageDigests;
  readonly #memoirVersion: string;
  readonly #local = new Map<string, Promise<LocalModule>>();

  /** @param notebook the file that specifiers are relative to. */
  constructor(notebook: string, files: FileDigests, memoirVersion: string) {
    this.#directory = dirname(notebook);
    this.#files = files;
    this.#packages = new PackageDigests(files);
    this.#memoirVersion = memoirVersion;
  }

  /** Changes exactly when what the specifier imports may have changed: comments and formatting do not count. */
  async digest(specifier: string): Promise<string> {
    if (specifier === 'memoir') return `memoir@${this.#memoirVersion}`;
    if (isBuiltin(specifier)) return 'builtin';
    const version = isPath(specifier) ? null : await this.#packages.digest(specifier, this.#directory);
    if (version !== null) return version;
    const module = await this.#currentModule(specifier);
    return digestText([module.code, ...Object.values(await this.#packagesOf(module))].join('\n'));
  }

  /**
   * The digests of what a process that has loaded these modules cannot load anew: packages, their own and those of
   * local modules, and local modules that are not reached by a path.
   */
  async pinned(specifiers: readonly string[]): Promise<Readonly<Record<string, string>>> {
    const pins = specifiers.map(async (specifier): Promise<Record<string, string>> => {
      if (specifier === 'memoir' || isBuiltin(specifier)) return {};
      if (!isPath(specifier)) return { [specifier]: await this.digest(specifier) };
      const module = await this.#currentModule(specifier);
      return { ...(await this.#packagesOf(module)), ...(module.aliased && { [specifier]: digestText(module.code) }) };
    });
    return Object.assign({}, ...(await Promise.all(pins)));
  }

  /** The local files behind a specifier, for watching. */
  async files(specifier: string): Promise<readonly string[]> {
    return isPath(specifier) ? (await this.#currentModule(specifier)).files : [];
  }

  async #packagesOf({ packages }: LocalModule): Promise<Record<string, string>> {
    const digests = packages.map(async ({ name, from }) => {
      const digest = isBuiltin(name) || name === 'memoir' ? null : await this.#packages.digest(name, from);
      return [name, digest ?? 'missing'];
    });
    return Object.fromEntries(await Promise.all(digests));
  }

  async #currentModule(specifier: string): Promise<LocalModule> {
    const known = await this.#local.get(specifier);
    if (known && (await this.#unchanged(known))) return known;
    const fresh = this.#read(specifier);
    this.#local.set(specifier, fresh);
    return fresh;
  }

  async #unchanged({ stamps }: LocalModule): Promise<boolean> {
    if (!stamps.size) return false; // it could not be read; it may have come into being
    const now = await Promise.all([...stamps.keys()].map((path) => this.#files.fileOrStamp(path)));
    return [...stamps.values()].every((stamp, i) => stamp === now[i]);
  }

  async #read(specifier: string): Promise<LocalModule> {
    try {
      const { outputFiles, metafile } = await bundle(specifier, this.#directory);
      const files = Object.keys(metafile.inputs)
        .filter((path) => path !== STDIN)
        .map((path) => resolve(this.#directory, path));
      const watched = [...files, ...foldersOf(metafile, this.#directory)];
      const stamps = watched.map(async (path) => [path, await this.#files.fileOrStamp(path)] as const);
      const code = outputFiles.map(({ text }) => text).join('\n');
      return { stamps: new Map(await Promise.all(stamps)), files, code, ...importsOf(metafile, this.#directory) };
    } catch {
      return { stamps: new Map(), files: [], packages: [], aliased: false, code: 'unreadable' };
    }
  }
}

const STDIN = '<stdin>';

function bundle(specifier: string, directory: string) {
  return build({
    stdin: { contents: `export * as all from ${JSON.stringify(specifier)}`, resolveDir: directory, loader: 'ts' },
    absWorkingDir: directory, // paths in what it writes are relative to this
    bundle: true,
    write: false,
    metafile: true,
    minifyWhitespace: true,
    legalComments: 'none',
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'silent',
    loader: { '.node': 'copy', '.wasm': 'copy' },
    outdir: 'out',
  });
}

function importsOf(metafile: Metafile, directory: string): Pick<LocalModule, 'packages' | 'aliased'> {
  const packages = new Map<string, { name: string; from: string }>();
  let aliased = false;
  for (const [importer, { imports }] of Object.entries(metafile.inputs)) {
    for (const { path, external, original } of imports) {
      const from = importer === STDIN ? directory : dirname(resolve(directory, importer));
      if (external) packages.set(`${path} ${from}`, { name: path, from });
      else if (original !== undefined && !isPath(original)) aliased = true;
    }
  }
  const sorted = [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, found]) => found);
  return { packages: sorted, aliased };
}

/** The folders in which imports are looked up: a file that appears there, or a link, may lead elsewhere. */
function foldersOf(metafile: Metafile, directory: string): string[] {
  const folders = Object.entries(metafile.inputs).flatMap(([importer, { imports }]) => {
    const from = importer === STDIN ? directory : dirname(resolve(directory, importer));
    return imports.flatMap(({ external, original }) =>
      external || original === undefined || !isPath(original) ? [] : [dirname(resolve(from, original))],
    );
  });
  return [...new Set(folders)];
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier);
}

function isPath(specifier: string): boolean {
  return /^(\.{1,2}(\/|$)|\/|file:)/.test(specifier);
}

function digestText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
