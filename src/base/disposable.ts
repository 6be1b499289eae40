/** Something that holds a resource until it is disposed. Disposing twice is harmless. */
export interface Disposable {
  dispose(): void;
}

/** Owns what is added to it; what comes after disposal is disposed at once. */
export class DisposableStore implements Disposable {
  #owned: Disposable[] | null = [];

  add<T extends Disposable>(item: T): T {
    if (this.#owned) this.#owned.push(item);
    else item.dispose();
    return item;
  }

  dispose(): void {
    const owned = this.#owned ?? [];
    this.#owned = null;
    while (owned.length) owned.pop()!.dispose(); // last acquired, first released
  }
}

/** A disposable that runs `action` once. */
export function onDispose(action: () => void): Disposable {
  let pending: (() => void) | null = action;
  return {
    dispose() {
      const run = pending;
      pending = null;
      run?.();
    },
  };
}
