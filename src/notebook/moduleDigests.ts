import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { messageOf } from '../base/errors.ts';
import type { FileDigests } from './fileDigests.ts';

interface LocalModule {
  /** Files of the static import graph and the digests that they had. */
  readonly files: readonly { readonly path: string; readonly digest: string }[];
  readonly packages: readonly string[];
  readonly code: string;
}

/** What a module specifier stands for right now: the code behind a local one, the version of a package. */
export class ModuleDigests {
  readonly #directory: string;
  readonly #files: FileDigests;
  readonly #memoirVersion: string;
  readonly #local = new Map<string, Promise<LocalModule>>();

  /** @param notebook the file that specifiers are relative to. */
  constructor(notebook: string, files: FileDigests, memoirVersion: string) {
    this.#directory = dirname(notebook);
    this.#files = files;
    this.#memoirVersion = memoirVersion;
  }

  /** Changes exactly when what the specifier imports may have changed: comments and formatting do not count. */
  async digest(specifier: string): Promise<string> {
    if (specifier === 'memoir') return `memoir@${this.#memoirVersion}`;
    if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return 'builtin';
    if (!isLocal(specifier)) return this.#packageVersion(specifier, this.#directory);
    const { code, packages } = await this.#currentModule(specifier);
    const versions = await Promise.all(packages.map((name) => this.digest(name)));
    return digestText([code, ...versions].join('\n'));
  }

  /** The local files behind a specifier, for watching. */
  async files(specifier: string): Promise<readonly string[]> {
    return isLocal(specifier) ? (await this.#currentModule(specifier)).files.map(({ path }) => path) : [];
  }

  async #currentModule(specifier: string): Promise<LocalModule> {
    const known = await this.#local.get(specifier);
    if (known && (await this.#unchanged(known))) return known;
    const fresh = this.#read(specifier);
    this.#local.set(specifier, fresh);
    return fresh;
  }

  async #unchanged(module: LocalModule): Promise<boolean> {
    if (!module.files.length) return false; // it could not be read; it may have come into being
    const digests = await Promise.all(module.files.map(({ path }) => this.#files.file(path)));
    return module.files.every(({ digest }, i) => digests[i] === digest);
  }

  async #read(specifier: string): Promise<LocalModule> {
    try {
      const { outputFiles, metafile } = await build({
        stdin: {
          contents: `export * as all from ${JSON.stringify(specifier)}`,
          resolveDir: this.#directory,
          loader: 'ts',
        },
        absWorkingDir: this.#directory,
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
      const paths = Object.keys(metafile.inputs).filter((path) => path !== '<stdin>');
      const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
      return {
        files: await Promise.all(paths.map((path) => this.#digestInput(resolve(this.#directory, path)))),
        packages: [...new Set(imports.filter(({ external }) => external).map(({ path }) => path))].sort(),
        code: outputFiles.map(({ text }) => text).join('\n'),
      };
    } catch (error) {
      return { files: [], packages: [], code: `unreadable: ${messageOf(error)}` };
    }
  }

  async #digestInput(path: string) {
    return { path, digest: await this.#files.file(path) };
  }

  async #packageVersion(specifier: string, from: string): Promise<string> {
    const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
    for (let folder = from; ; folder = dirname(folder)) {
      try {
        const manifest: unknown = JSON.parse(
          await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8'),
        );
        if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
          return `${name}@${manifest.version}`;
      } catch {
        // not in this folder
      }
      if (folder === dirname(folder)) return `${name}@missing`;
    }
  }
}

function isLocal(specifier: string): boolean {
  return /^(\.{1,2}(\/|$)|\/|file:)/.test(specifier);
}

function digestText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
