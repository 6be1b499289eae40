/** What remembers in memory, and can forget. */
interface Forgetful {
  stats(): { readonly entries: number };
  clear(): void;
}

/** Functions that remember in memory, by their tags; those that nobody uses any more are not held. */
export class Tagged {
  readonly #functions = new Map<string, Set<WeakRef<Forgetful>>>();

  add(fn: Forgetful, tags: readonly string[]): void {
    for (const tag of tags) {
      const known = this.#functions.get(tag) ?? new Set();
      this.#functions.set(tag, known.add(new WeakRef(fn)));
    }
  }

  /** Has them forget everything; says how many values that were. */
  invalidate(tags: readonly string[]): number {
    const functions = new Set(tags.flatMap((tag) => [...(this.#functions.get(tag) ?? [])].map((ref) => ref.deref())));
    let count = 0;
    for (const fn of functions) {
      count += fn?.stats().entries ?? 0;
      fn?.clear();
    }
    return count;
  }
}
