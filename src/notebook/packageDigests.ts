import { createHash } from 'node:crypto';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { ABSENT, type FileDigests } from './fileDigests.ts';

/** What packages stand for: their versions, and the files of one that is linked from elsewhere and may be edited. */
export class PackageDigests {
  readonly #files: FileDigests;
  readonly #versions = new Map<string, { readonly manifest: string; readonly version: string }>();

  constructor(files: FileDigests) {
    this.#files = files;
  }

  /** `lodash@4.17.21` for the package that `specifier` names when it is imported in folder `from`; null for none. */
  async digest(specifier: string, from: string): Promise<string | null> {
    const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
    for (let folder = from; ; folder = dirname(folder)) {
      const home = join(folder, 'node_modules', name);
      const version = await this.#version(join(home, 'package.json'));
      if (version !== null) return `${name}@${version}${await this.#linked(home)}`;
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

  async #linked(home: string): Promise<string> {
    const real = await realpath(home);
    if (real.split(sep).includes('node_modules')) return '';
    const hash = createHash('sha256');
    for (const path of await sources(real)) hash.update(`${path}\0${await this.#files.file(join(real, path))}\0`);
    return ` ${hash.digest('hex')}`;
  }
}

function versionIn(manifest: string): string {
  try {
    const { version }: { version?: unknown } = JSON.parse(manifest);
    return String(version);
  } catch {
    return 'unreadable';
  }
}

/** The files below a folder, without those of other packages and hidden ones, relative to it. */
async function sources(folder: string, below = ''): Promise<string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  const own = entries.filter(({ name }) => name !== 'node_modules' && !name.startsWith('.'));
  const found = own.map((entry) => {
    const path = below ? `${below}/${entry.name}` : entry.name;
    return entry.isDirectory() ? sources(folder, path) : [path];
  });
  return (await Promise.all(found)).flat().sort();
}
