import type { Disposable } from '../src/base/disposable.ts';
import type { RendererEvent, RendererMessage } from '../src/protocol/output.ts';

/**
 * The seam between outputs and the page that shows them. A VS Code notebook is one such page (`renderer.ts`), the app
 * another. Colours come from the page as well: VS Code's `--vscode-…` variables and theme class on the body, which
 * `pageTheme.ts` gives to pages that have none.
 */
export interface OutputHost {
  /** Whether somebody answers; nobody does on a page that was saved. */
  readonly isLive: boolean;
  /** Tells the notebook of something the reader did. */
  post(message: RendererMessage): void;
  /** Hears what the notebook says to every output. */
  listen(listener: (event: RendererEvent) => void): Disposable;
}
