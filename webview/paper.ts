import { type Disposable, onDispose } from '../src/base/disposable.ts';

/** What shows on paper what is folded away on the screen, as nothing can be opened there. */
interface Foldable {
  /** Resolves when all of it is drawn. */
  unfold(): Promise<void>;
  fold(): void;
}

const views = new Set<Foldable>();

/** Lets `view` know when the page is printed. */
export function unfoldOnPaper(view: Foldable): Disposable {
  views.add(view);
  return onDispose(() => views.delete(view));
}

/**
 * Prints the whole page. By key it is drawn first; the browser's own menu does not wait, and charts that were never
 * opened may be missing then.
 */
export function printWhole(): void {
  addEventListener('beforeprint', () => void unfold());
  addEventListener('afterprint', () => {
    for (const view of views) view.fold();
  });
  addEventListener('keydown', (event) => {
    const { key, ctrlKey, metaKey, shiftKey, altKey } = event;
    if (key.toLowerCase() !== 'p' || ctrlKey === metaKey || shiftKey || altKey) return;
    event.preventDefault();
    void unfold().then(() => print());
  });
}

/** Unfolds everything, and what shows up in it. */
async function unfold(): Promise<void> {
  const known = views.size;
  await Promise.all(Array.from(views, (view) => view.unfold()));
  if (views.size > known) await unfold();
}
