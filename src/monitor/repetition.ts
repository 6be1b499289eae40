const listsKept = 1000;
const longest = 200;

/** Notices argument lists that come again. Only lists of a few plain values are told apart; others count as new. */
export class Repetition {
  readonly #seen = new Set<string>();

  /** Whether the same arguments came before. */
  note(args: readonly unknown[]): boolean {
    const list = textOf(args);
    if (list === null) return false;
    if (this.#seen.has(list)) return true;
    if (this.#seen.size < listsKept) this.#seen.add(list);
    return false;
  }
}

function textOf(args: readonly unknown[]): string | null {
  let text = '';
  for (const arg of args) {
    const isPlain = arg === null || !['object', 'function', 'symbol'].includes(typeof arg);
    if (!isPlain || text.length > longest) return null;
    const written = Object.is(arg, -0) ? '-0' : String(arg);
    text += `${typeof arg} ${written.length} ${written} `;
  }
  return text.length > longest ? null : text;
}
