import type { Vector } from '@duckdb/node-bindings';
import type { Bindings } from './duckDb.ts';

/** Gathers which rows have a value, chunk by chunk, into one bitmap. */
export class ValidityBits {
  readonly #chunks: { readonly bits: Uint8Array | null; readonly rows: number }[] = [];

  /** Takes a chunk's bitmap and gives it back: null when every row has a value. */
  append(bindings: Bindings, vector: Vector, rows: number): Uint8Array | null {
    // DuckDB keeps the bitmap in words of 64 rows, and none at all where nothing is missing.
    const found: Uint8Array | null = bindings.vector_get_validity(vector, Math.ceil(rows / 64) * 8);
    const bits = found?.slice() ?? null;
    this.#chunks.push({ bits, rows });
    return bits;
  }

  /** Adds rows of which the caller knows which have a value. */
  appendKnown(valid: readonly boolean[]): void {
    const bits = new Uint8Array(Math.ceil(valid.length / 8));
    for (const [row, has] of valid.entries()) if (has) bits[row >> 3]! |= 1 << (row & 7);
    this.#chunks.push({ bits: valid.includes(false) ? bits : null, rows: valid.length });
  }

  finish(): Uint8Array | null {
    if (this.#chunks.every(({ bits, rows }) => allSet(bits, rows))) return null;
    const rowCount = this.#chunks.reduce((sum, { rows }) => sum + rows, 0);
    const whole = new Uint8Array(Math.ceil(rowCount / 8));
    let at = 0;
    for (const { bits, rows } of this.#chunks) {
      for (let row = 0; row < rows; row++, at++) if (isSet(bits, row)) whole[at >> 3]! |= 1 << (at & 7);
    }
    return whole;
  }
}

/** Whether a row of a chunk has a value. */
export function isSet(bits: Uint8Array | null, row: number): boolean {
  return bits === null || (bits[row >> 3]! & (1 << (row & 7))) !== 0;
}

function allSet(bits: Uint8Array | null, rows: number): boolean {
  if (bits === null) return true;
  for (let row = 0; row < rows; row++) if (!isSet(bits, row)) return false;
  return true;
}
