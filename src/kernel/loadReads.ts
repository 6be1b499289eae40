import { resolve } from 'node:path';
import type { Read, RunRequest } from '../protocol/kernel.ts';
import { Run } from './run.ts';

/**
 * What local modules read while they were loaded. Only the run that loads a module sees that, yet it counts for every
 * run that imports one: which module read what is not told apart.
 */
export class LoadReads {
  readonly #workspace: string;
  #reads: readonly Read[] = [];

  constructor(workspace: string) {
    this.#workspace = workspace;
  }

  /** Loads a module for `run`, by `load`. */
  async during<T>(run: Run, load: () => Promise<T>): Promise<T> {
    const before = run.reads.length;
    try {
      return await load();
    } finally {
      for (const { kind, name, digest } of this.#reads) run.read(kind, name, digest);
      const seen = run.reads.slice(before).filter(({ kind }) => kind !== 'module' && kind !== 'widget');
      const names = new Set(this.#reads.map(({ kind, name }) => `${kind} ${name}`));
      this.#reads = [...this.#reads, ...seen.filter(({ kind, name }) => !names.has(`${kind} ${name}`))];
    }
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
