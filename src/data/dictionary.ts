/** Different texts beyond which it no longer pays to look for those that came before: most will be new ones. */
const MOST_KNOWN = 200_000;

/** Texts by code: each is held once, as long as there are not too many different ones. */
export class TextCodes {
  readonly texts: string[] = [];
  readonly #codes = new Map<string, number>();

  /** The code of a text, which may be new. */
  of(text: string): number {
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    const code = this.texts.push(text) - 1;
    if (this.#codes.size < MOST_KNOWN) this.#codes.set(text, code); // a larger map would stand still while it grows
    return code;
  }
}

/** A column of texts in the making, of a known number of rows. */
export class Dictionary {
  readonly #codes: Uint32Array<ArrayBuffer>;
  readonly #texts = new TextCodes();

  constructor(rows: number) {
    this.#codes = new Uint32Array(rows);
  }

  set(row: number, text: string): void {
    this.#codes[row] = this.#texts.of(text);
  }

  content() {
    return { kind: 'string', codes: this.#codes, dictionary: this.#texts.texts } as const;
  }
}
