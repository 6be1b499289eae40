import { resolve } from 'node:path';
import type { Read, RunRequest } from '../protocol/kernel.ts';
import { Run } from './run.ts';

/**
 * What local modules read while they were loaded. Only the run that loads a module sees that, yet it counts for every
 * run that imports one: which module read what is not told apart.
 */
export class LoadReads {
  readonly #workspace: string;
  readonly #isModule: (path: string) => boolean;
  #reads: readonly Read[] = [];

  constructor(workspace: string, isModule: (path: string) => boolean) {
    this.#workspace = workspace;
    this.#isModule = isModule;
  }

  /** Loads a module for `run`, by `load`. */
  async during<T>(run: Run, load: () => Promise<T>): Promise<T> {
    const before = run.reads.length;
    try {
      return await load();
    } finally {
      for (const { kind, name, digest } of this.#reads) run.read(kind, name, digest);
      const seen = run.reads.slice(before).filter((read) => this.#counts(read));
      const names = new Set(this.#reads.map(({ kind, name }) => `${kind} ${name}`));
      this.#reads = [...this.#reads, ...seen.filter(({ kind, name }) => !names.has(`${kind} ${name}`))];
    }
  }

  /** Modules themselves are looked after by who loads them; Node reads CommonJS ones where it can be seen. */
  #counts({ kind, name }: Read): boolean {
    return kind !== 'module' && kind !== 'widget' && !this.#isModule(resolve(this.#workspace, name));
  }

  /** Whether a file or folder is not what it was; then everything is to be loaded anew, and nothing is known any more. */
  takeChange(request: RunRequest): boolean {
    const now = new Run(request, this.#workspace, () => {});
    for (const { kind, name } of this.#reads) {
      if (kind === 'file') now.readFile(resolve(this.#workspace, name));
      if (kind === 'folder') now.readFolder(resolve(this.#workspace, name));
    }
    const digests = new Map(now.reads.map(({ kind, name, digest }) => [`${kind} ${name}`, digest]));
    const changed = this.#reads.some(({ kind, name, digest }) => (digests.get(`${kind} ${name}`) ?? digest) !== digest);
    if (changed) this.#reads = [];
    return changed;
  }
}
