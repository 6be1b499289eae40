import { createHash } from 'node:crypto';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';
import type { RunReply } from '../protocol/kernel.ts';
import type { FileDigests } from './fileDigests.ts';
import { PackageDigests } from './packageDigests.ts';
import { aliasTargets } from './pathAliases.ts';

interface LocalModule {
  /** What tells whether the module has to be read again: files of the static import graph, and where they were found. */
  readonly stamps: ReadonlyMap<string, string>;
  readonly files: readonly string[];
  readonly packages: readonly { readonly name: string; readonly from: string }[];
  readonly code: string;
}

/** What a module specifier stands for right now: the code behind a local one, the version of a package. */
export class ModuleDigests {
  readonly #directory: string;
  readonly #files: FileDigests;
  readonly #packages: PackageDigests;
  readonly #memoirVersion: string;
  readonly #local = new Map<string, Promise<LocalModule>>();

  /** Keeps installed packages out of a bundle, which count by their versions. Those that are linked belong to it. */
  readonly #outside: Plugin = {
    name: 'outside',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^[^./#]/ }, async ({ path, resolveDir, kind }) => {
        if (kind === 'entry-point' || /^(file:|[a-zA-Z]:[\\/])/.test(path)) return undefined;
        const isInside = aliasTargets(path, resolveDir).length > 0 || (await this.#packages.isLinked(path, resolveDir));
        return isInside ? undefined : { path, external: true };
      }),
  };

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
   * Of the local modules that a run loaded, as specifiers, those that no import in the text of `specifiers`' modules
   * leads to; `whole` when their texts are what they were.
   */
  async beyond(specifiers: readonly string[], loaded: RunReply['modules']) {
    const known = new Set(loaded.length ? await this.files(specifiers) : []);
    const more = loaded.filter(({ path }) => !known.has(path));
    const now = await Promise.all(more.map(({ path }) => this.#files.file(path)));
    return {
      specifiers: more.map(({ path }) => specifierOf(path, this.#directory)),
      whole: more.every(({ digest }, i) => digest === now[i]),
    };
  }

  /** The files of the local modules that imports in the text lead to from `specifiers`. */
  async files(specifiers: readonly string[]): Promise<string[]> {
    return (await Promise.all(specifiers.map((specifier) => this.#localFiles(specifier)))).flat();
  }

  /** The versions of the packages behind modules: a process that has loaded them cannot load others. */
  async pinned(specifiers: readonly string[]): Promise<Readonly<Record<string, string>>> {
    const pins = specifiers.map(async (specifier): Promise<Record<string, string>> => {
      if (specifier === 'memoir' || isBuiltin(specifier)) return {};
      const version = isPath(specifier) ? null : await this.#packages.digest(specifier, this.#directory);
      return version === null ? this.#packagesOf(await this.#currentModule(specifier)) : { [specifier]: version };
    });
    return Object.assign({}, ...(await Promise.all(pins)));
  }

  async #localFiles(specifier: string): Promise<readonly string[]> {
    if (specifier === 'memoir' || isBuiltin(specifier)) return [];
    if (!isPath(specifier) && (await this.#packages.digest(specifier, this.#directory)) !== null) return [];
    return (await this.#currentModule(specifier)).files;
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
      const { outputFiles, metafile } = await bundle(specifier, this.#directory, [this.#outside]);
      const files = Object.keys(metafile.inputs)
        .filter((path) => path !== STDIN)
        .map((path) => resolve(this.#directory, path));
      const watched = [...files, ...foldersOf(metafile, this.#directory)];
      const stamps = watched.map(async (path) => [path, await this.#files.fileOrStamp(path)] as const);
      const code = outputFiles.map(({ text }) => text).join('\n');
      return {
        stamps: new Map(await Promise.all(stamps)),
        files,
        code,
        packages: packagesIn(metafile, this.#directory),
      };
    } catch {
      return { stamps: new Map(), files: [], packages: [], code: 'unreadable' };
    }
  }
}

const STDIN = '<stdin>';

function bundle(specifier: string, directory: string, plugins: Plugin[]) {
  const path = specifier.startsWith('file:') ? fileURLToPath(specifier) : specifier;
  return build({
    stdin: { contents: `export * as all from ${JSON.stringify(path)}`, resolveDir: directory, loader: 'ts' },
    absWorkingDir: directory, // paths in what it writes are relative to this
    bundle: true,
    write: false,
    metafile: true,
    minifyWhitespace: true,
    legalComments: 'none',
    format: 'esm',
    platform: 'node',
    plugins,
    logLevel: 'silent',
    loader: { '.node': 'copy', '.wasm': 'copy' },
    outdir: 'out',
  });
}

function packagesIn(metafile: Metafile, directory: string): LocalModule['packages'] {
  const packages = new Map<string, { name: string; from: string }>();
  for (const [importer, { imports }] of Object.entries(metafile.inputs)) {
    for (const { path, external } of imports) {
      const from = importer === STDIN ? directory : dirname(resolve(directory, importer));
      if (external) packages.set(`${path} ${from}`, { name: path, from });
    }
  }
  return [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, found]) => found);
}

/** The folders in which imports are looked up: a file that appears there, or a link, may lead elsewhere. */
function foldersOf(metafile: Metafile, directory: string): string[] {
  const folders = Object.entries(metafile.inputs).flatMap(([importer, { imports }]) => {
    const from = importer === STDIN ? directory : dirname(resolve(directory, importer));
    return imports.flatMap(({ external, original }) => {
      if (external || original === undefined) return [];
      return isPath(original) ? [dirname(resolve(from, original))] : linkFolders(original, from);
    });
  });
  return [...new Set(folders)];
}

/** The folders in which a package may be linked. */
function linkFolders(specifier: string, from: string): string[] {
  const scope = specifier.startsWith('@') ? specifier.split('/')[0]! : '';
  const above = dirname(from) === from ? [] : linkFolders(specifier, dirname(from));
  return [join(from, 'node_modules', scope), ...above];
}

/** A file as an import names it from a folder, `/`-separated. */
function specifierOf(path: string, folder: string): string {
  const inside = relative(folder, path).split(sep).join('/');
  return inside.startsWith('../') ? inside : `./${inside}`;
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
