import { type Disposable, DisposableStore, onDispose } from '../base/disposable.ts';
import { appCellState } from '../notebook/appView.ts';
import type { Session } from '../notebook/session.ts';
import type { AppCellState, AppEvent } from '../protocol/app.ts';
import type { CellId } from '../protocol/kernel.ts';

export interface AppFeedOptions {
  readonly session: Session;
  readonly post: (event: AppEvent) => void;
  /** Whether the page shows a cell; it is not told of others. */
  readonly isShown: (id: CellId) => boolean;
  /** False while the page has not yet taken what was sent; asked again a little later. */
  readonly isReady?: () => boolean;
}

/** A page is told of changes this often at most. */
const FRAME_MS = 40;

/** Tells one page what cells show, as it changes: many changes at once, the latest state of each, nothing twice. */
export class AppFeed implements Disposable {
  readonly #options: AppFeedOptions;
  readonly #store = new DisposableStore();
  readonly #changed = new Set<CellId>();
  readonly #told = new Map<CellId, AppCellState>();
  #timer: NodeJS.Timeout | null = null;

  constructor(options: AppFeedOptions) {
    this.#options = options;
    this.#store.add(options.session.onChange((id) => this.#note(id)));
    this.#store.add(onDispose(() => this.#timer && clearTimeout(this.#timer)));
  }

  /** Tells everything: the page is new, or shows other cells. */
  restart(): void {
    this.#told.clear();
    for (const id of this.#options.session.program.order) this.#changed.add(id);
    this.flush();
  }

  /** Tells at once what has changed. */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const { isReady = () => true } = this.#options;
    if (isReady()) this.#tell();
    else this.#wait();
  }

  dispose(): void {
    this.#store.dispose();
  }

  #tell(): void {
    const { session, post, isShown } = this.#options;
    const cells: Record<string, AppCellState> = {};
    for (const id of this.#changed) {
      if (!session.program.cells.has(id) || !isShown(id)) continue;
      const state = appCellState(session, id);
      const news = newsOf(this.#told.get(id), state);
      if (news) cells[id] = news;
      this.#told.set(id, { ...this.#told.get(id), ...state });
    }
    this.#changed.clear();
    if (Object.keys(cells).length) post({ type: 'cells', cells });
  }

  #note(id: CellId): void {
    this.#changed.add(id);
    this.#wait();
  }

  #wait(): void {
    this.#timer ??= setTimeout(() => this.flush(), FRAME_MS);
  }
}

/** What the page does not know yet of a cell; null when that is nothing. */
function newsOf(told: AppCellState | undefined, { outputs, ...state }: AppCellState): AppCellState | null {
  if (!told) return { ...state, outputs: outputs ?? [] };
  if (outputs && outputs !== told.outputs) return { ...state, outputs };
  return told.status === state.status && told.problem === state.problem ? null : state;
}
