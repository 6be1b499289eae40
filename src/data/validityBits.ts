import type { Vector } from '@duckdb/node-bindings';
import type { Bindings } from './duckDb.ts';
import type { Pace } from './pace.ts';

/** Gathers which rows have a value, chunk by chunk, into one bitmap. */
export class ValidityBits {
  readonly #chunks: { readonly bits: Uint8Array | null; readonly rows: number }[] = [];

  /** Takes a chunk's bitmap and gives it back: null when every row has a value. */
  append(bindings: Bindings, vector: Vector, rows: number): Uint8Array | null {
    // DuckDB keeps the bitmap in words of 64 rows, and none at all where nothing is missing.
    const found: Uint8Array | null = bindings.vector_get_validity(vector, Math.ceil(rows / 64) * 8);
    const bits = found && !allSet(found, rows) ? found.slice() : null;
    this.#chunks.push({ bits, rows });
    return bits;
  }

  /** Adds rows of which the caller knows which have a value. */
  appendKnown(valid: readonly boolean[]): void {
    const bits = new Uint8Array(Math.ceil(valid.length / 8));
    for (const [row, has] of valid.entries()) if (has) bits[row >> 3]! |= 1 << (row & 7);
    this.#chunks.push({ bits: valid.includes(false) ? bits : null, rows: valid.length });
  }

  async finish(pace: Pace): Promise<Uint8Array | null> {
    if (this.#chunks.every(({ bits }) => bits === null)) return null;
    const rowCount = this.#chunks.reduce((sum, { rows }) => sum + rows, 0);
    const whole = new Uint8Array(Math.ceil(rowCount / 8));
    let at = 0;
    for (const { bits, rows } of this.#chunks) {
      if (at % 8 === 0) copyBytes(bits, rows, whole, at >> 3);
      else for (let row = 0; row < rows; row++) if (isSet(bits, row)) whole[(at + row) >> 3]! |= 1 << ((at + row) & 7);
      at += rows;
      await pace.turn();
    }
    return whole;
  }
}

/** Whether a row of a chunk has a value. */
export function isSet(bits: Uint8Array | null, row: number): boolean {
  return bits === null || (bits[row >> 3]! & (1 << (row & 7))) !== 0;
}

/** Copies a chunk's bits to where a byte begins; bits beyond its last row stay clear. */
function copyBytes(bits: Uint8Array | null, rows: number, whole: Uint8Array, at: number): void {
  const bytes = Math.ceil(rows / 8);
  if (bits) whole.set(bits.subarray(0, bytes), at);
  else whole.fill(0xff, at, at + bytes);
  if (rows % 8) whole[at + bytes - 1]! &= (1 << (rows % 8)) - 1;
}

function allSet(bits: Uint8Array, rows: number): boolean {
  const whole = rows >> 3;
  for (let byte = 0; byte < whole; byte++) if (bits[byte] !== 0xff) return false;
  for (let row = whole * 8; row < rows; row++) if (!isSet(bits, row)) return false;
  return true;
}
