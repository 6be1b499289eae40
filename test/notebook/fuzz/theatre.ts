import { join } from 'node:path';
import type { Disposable } from '../../../src/base/disposable.ts';
import { FILE, NotebookFolder } from '../../support/notebook.ts';
import { TempFolder } from '../../support/temp.ts';
import { type LentKernel, WarmKernel } from '../../support/warmKernel.ts';
import { Oracle } from './oracle.ts';
import { filesOf, type Model, sourceOf } from './page.ts';

/** Modules stay in a process for good, so that it is replaced after this many beginnings. */
const BEGINNINGS = 200;

/** What stories are played in, one after another: a folder, kernels that stay warm, and whoever knows how it should be. */
export class Theatre implements Disposable {
  readonly oracle = new Oracle();
  readonly #stage = new TempFolder();
  readonly #caches = new TempFolder();
  /** By their environment. */
  readonly #kernels = new Map<string, Set<WarmKernel>>();
  #stories = 0;

  /** The notebook of a story; of a `warm` one in the folder that the kernels know. */
  folderFor(model: Model, warm: boolean): NotebookFolder {
    if (!warm) return new NotebookFolder(pageOf(model), filesOf(model));
    this.#stage.clear();
    this.#caches.clear();
    this.#stories += 1;
    return new NotebookFolder(pageOf(model), filesOf(model), this.#caches.file(`${this.#stories}`), this.#stage);
  }

  /** A kernel in this environment that nobody uses. */
  async kernel(cache: string, environment: Readonly<Record<string, string>>): Promise<LentKernel> {
    const key = JSON.stringify(environment);
    const all = this.#kernels.get(key) ?? new Set();
    this.#kernels.set(key, all);
    for (const old of all) {
      if (old.isLent || old.begun < BEGINNINGS) continue;
      old.dispose();
      all.delete(old);
    }
    let free = [...all].find(({ isLent }) => !isLent);
    if (!free) {
      free = await WarmKernel.start({ notebook: join(this.#stage.path, FILE), environment });
      all.add(free);
    }
    return free.lend(cache);
  }

  dispose(): void {
    for (const kernels of this.#kernels.values()) for (const kernel of kernels) kernel.dispose();
    this.oracle.close();
    this.#caches.dispose();
    this.#stage.dispose();
  }
}

/** The cells of a model, from title to source. */
export function pageOf(model: Model): Record<string, string> {
  return Object.fromEntries(model.cells.map((cell) => [cell.title, sourceOf(cell, model)]));
}
