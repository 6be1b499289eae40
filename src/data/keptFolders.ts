import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../base/errors.ts';
import { apart } from '../base/program.ts';

/** Folders that are filled once and kept under a key, the least recently used ones for as long as there is room. */
export class KeptFolders {
  readonly #root: () => string;
  readonly #maxBytes: number;
  readonly #filling = new Map<string, { readonly done: Promise<string>; readonly signal: AbortSignal | undefined }>();
  readonly #used = new Set<string>();

  /** `root` may be asked late: where a program keeps things is decided at first use. */
  constructor(root: () => string, maxBytes: number) {
    this.#root = root;
    this.#maxBytes = maxBytes;
  }

  /** The folder around them. */
  get root(): string {
    return this.#root();
  }

  /** The folder kept as `key`; where there is none, `fill` makes its content in the folder it is given. */
  async folder(key: string, fill: (draft: string) => Promise<void>, signal?: AbortSignal): Promise<string> {
    for (;;) {
      signal?.throwIfAborted();
      const found = await this.find(key);
      if (found) return found;
      const running = this.#filling.get(key);
      if (running) {
        await running.done.catch((error: unknown) => {
          if (!running.signal?.aborted) throw error; // who began it gave up; we have not
        });
        continue;
      }
      const done = this.keep(async (draft) => {
        await fill(draft);
        return key;
      }).finally(() => this.#filling.delete(key));
      this.#filling.set(key, { done, signal });
      await done;
    }
  }

  /** The folder kept as `key`, or null. It is not removed while this process lives. */
  async find(key: string): Promise<string | null> {
    this.#used.add(key);
    const path = join(this.root, key);
    const now = new Date();
    return apart(() => utimes(path, now, now)).then(
      () => path,
      () => null,
    );
  }

  /** Keeps what `fill` puts into the folder it is given, under the key that it tells. */
  keep(fill: (draft: string) => Promise<string>): Promise<string> {
    return apart(async () => {
      const draft = join(this.root, randomUUID());
      await mkdir(draft, { recursive: true });
      try {
        const key = await fill(draft);
        this.#used.add(key);
        const path = join(this.root, key);
        await rename(draft, path).catch((error: unknown) => {
          if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(codeOf(error) ?? '')) throw error; // another was quicker
        });
        await this.#trim();
        return path;
      } finally {
        await rm(draft, { recursive: true, force: true });
      }
    });
  }

  /** Removes what was not used for longest, beyond the limit; what this process uses stays. */
  async #trim(): Promise<void> {
    const { root } = this;
    const folders = await Promise.all((await readdir(root)).map((name) => folderUse(root, name)));
    let bytes = folders.reduce((sum, { size }) => sum + size, 0);
    for (const { name, size } of folders.sort((a, b) => a.usedAt - b.usedAt)) {
      if (bytes <= this.#maxBytes) return;
      if (this.#used.has(name)) continue;
      await rm(join(root, name), { recursive: true, force: true });
      bytes -= size;
    }
  }
}

async function folderUse(root: string, name: string): Promise<{ name: string; size: number; usedAt: number }> {
  const path = join(root, name);
  try {
    const files = await Promise.all((await readdir(path)).map((file) => stat(join(path, file))));
    return { name, size: files.reduce((sum, file) => sum + file.size, 0), usedAt: (await stat(path)).mtimeMs };
  } catch {
    return { name, size: 0, usedAt: 0 }; // another process removes it just now
  }
}
