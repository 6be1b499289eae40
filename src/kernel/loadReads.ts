import { resolve } from 'node:path';
import type { Read, RunRequest } from '../protocol/kernel.ts';
import { Run } from './run.ts';

/** What was read while modules were loaded. */
interface Load {
  readonly reads: readonly Read[];
  /** They and all that they load; null where that is more than local modules. */
  readonly modules: ReadonlySet<string> | null;
}

/**
 * What local modules read while they were loaded. Only the run that loads a module sees that, yet it counts for every
 * run that imports it, or anything that was loaded with it: which of these read what is not told apart.
 */
export class LoadReads {
  readonly #workspace: string;
  readonly #closure: (paths: Iterable<string>) => ReadonlySet<string> | null;
  #loads: readonly Load[] = [];

  /** @param closure Local modules with all that they load; null where that is more than local modules. */
  constructor(workspace: string, closure: (paths: Iterable<string>) => ReadonlySet<string> | null) {
    this.#workspace = workspace;
    this.#closure = closure;
  }

  /** Loads a module for `run`, by `load`. */
  async during<T>(run: Run, load: () => Promise<T>): Promise<T> {
    const before = run.reads.length;
    const known = new Set(run.modules);
    try {
      return await load();
    } finally {
      const reads = run.reads.slice(before).filter(({ kind }) => kind !== 'module' && kind !== 'widget');
      const own = this.#modules(run.modules);
      for (const { reads, modules } of this.#loads) {
        if (own && modules && ![...modules].some((path) => own.has(path))) continue;
        for (const { kind, name, digest } of reads) run.read(kind, name, digest);
      }
      if (reads.length) {
        const loaded = [...run.modules].filter((path) => !known.has(path));
        this.#loads = [...this.#loads, { reads, modules: this.#modules(loaded) }];
      }
    }
  }

  /** Whether a file or folder is not what it was; then everything is to be loaded anew, and nothing is known any more. */
  takeChange(request: RunRequest): boolean {
    const reads = this.#loads.flatMap(({ reads }) => reads);
    const now = new Run(request, this.#workspace, () => {});
    for (const { kind, name } of reads) {
      if (kind === 'file') now.readFile(resolve(this.#workspace, name));
      if (kind === 'folder') now.readFolder(resolve(this.#workspace, name));
    }
    const digests = new Map(now.reads.map(({ kind, name, digest }) => [`${kind} ${name}`, digest]));
    const changed = reads.some(({ kind, name, digest }) => (digests.get(`${kind} ${name}`) ?? digest) !== digest);
    if (changed) this.#loads = [];
    return changed;
  }

  /** Null also where none is known, as of a package. */
  #modules(paths: Iterable<string>): ReadonlySet<string> | null {
    const modules = this.#closure(paths);
    return modules?.size ? modules : null;
  }
}
