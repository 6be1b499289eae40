import { readFile, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { ABSENT, type FileDigests } from './fileDigests.ts';

/** What packages stand for: their versions. One that is linked from elsewhere may be edited; it counts by its modules. */
export class PackageDigests {
  readonly #files: FileDigests;
  readonly #versions = new Map<string, { readonly manifest: string; readonly version: string }>();

  constructor(files: FileDigests) {
    this.#files = files;
  }

  /** `lodash@4.17.21` for the package that `specifier` names when it is imported in folder `from`; null for none, and for a linked one. */
  async digest(specifier: string, from: string): Promise<string | null> {
    const found = await this.#find(specifier, from);
    return found && !(await isLinked(found.home)) ? `${packageOf(specifier)}@${found.version}` : null;
  }

  /** Whether a bare specifier leads to modules outside of `node_modules`. */
  async isLinked(specifier: string, from: string): Promise<boolean> {
    const found = await this.#find(specifier, from);
    return found !== null && isLinked(found.home);
  }

  async #find(specifier: string, from: string): Promise<{ readonly home: string; readonly version: string } | null> {
    for (let folder = from; ; folder = dirname(folder)) {
      const home = join(folder, 'node_modules', packageOf(specifier));
      const version = await this.#version(join(home, 'package.json'));
      if (version !== null) return { home, version };
      if (folder === dirname(folder)) return null;
    }
  }

  async #version(path: string): Promise<string | null> {
    const manifest = await this.#files.file(path);
    if (manifest === ABSENT) return null;
    const known = this.#versions.get(path);
    if (known?.manifest === manifest) return known.version;
    const version = versionIn(await readFile(path, 'utf8').catch(() => ''));
    this.#versions.set(path, { manifest, version });
    return version;
  }
}

/** The name of the package that an import is from, of which it may want a part. */
export function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

async function isLinked(home: string): Promise<boolean> {
  return !(await realpath(home)).split(sep).includes('node_modules');
}

function versionIn(manifest: string): string {
  try {
    const { version }: { version?: unknown } = JSON.parse(manifest);
    return String(version);
  } catch {
    return 'unreadable';
  }
}
