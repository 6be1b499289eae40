import type { Output } from '../protocol/output.ts';

/** The method by which a value says how it is shown; found by its registered symbol, so that copies of Memoir agree. */
export const OUTPUT: unique symbol = Symbol.for('memoir.output');

/** Something made to be shown: `md`, `html`, `image`, `chart` and their kin return one. */
export class Displayable {
  readonly #output: () => Output | Promise<Output>;
  readonly #text: string;

  /** `text` stands for it where only text can be shown. */
  constructor(text: string, output: () => Output | Promise<Output>) {
    this.#text = text;
    this.#output = output;
  }

  [OUTPUT](): Output | Promise<Output> {
    return this.#output();
  }

  toString(): string {
    return this.#text;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.#text;
  }
}
