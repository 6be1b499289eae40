import type { Chunk, ColumnContent, Sink } from './collect.ts';
import type { DuckDb } from './database.ts';
import { isSet, ValidityBits } from './validityBits.ts';

/** Bytes of one text in a vector: its length, then the text itself, or its beginning and where it lies. */
const SLOT = 16;
const INLINE = 12;

/** Reads text straight out of DuckDB's memory into a dictionary. */
export class TextSink implements Sink {
  readonly #duckDb: DuckDb;
  readonly #validity = new ValidityBits();
  readonly #dictionary = new Map<string, number>();
  readonly #parts: Uint32Array[] = [];

  constructor(duckDb: DuckDb) {
    this.#duckDb = duckDb;
  }

  append(chunk: Chunk, column: number): void {
    const { bindings } = this.#duckDb;
    const vector = bindings.data_chunk_get_vector(chunk.chunk, column);
    const valid = this.#validity.append(bindings, vector, chunk.rowCount);
    const data = bindings.vector_get_data(vector, chunk.rowCount * SLOT);
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const codes = new Uint32Array(chunk.rowCount);
    for (let row = 0; row < codes.length; row++) {
      if (isSet(valid, row)) codes[row] = this.#code(this.#read(bytes, row * SLOT));
    }
    this.#parts.push(codes);
  }

  finish(): ColumnContent {
    const codes = new Uint32Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let offset = 0;
    for (const part of this.#parts) {
      codes.set(part, offset);
      offset += part.length;
    }
    return { kind: 'string', codes, dictionary: [...this.#dictionary.keys()], validity: this.#validity.finish() };
  }

  #code(text: string): number {
    const known = this.#dictionary.get(text);
    if (known !== undefined) return known;
    const code = this.#dictionary.size;
    this.#dictionary.set(text, code);
    return code;
  }

  #read(bytes: Buffer<ArrayBufferLike>, slot: number): string {
    const length = bytes.readUInt32LE(slot);
    if (length <= INLINE) return bytes.toString('utf8', slot + 4, slot + 4 + length);
    const buffer = bytes.buffer as ArrayBuffer; // DuckDB's own memory, never shared between threads of ours
    const far = this.#duckDb.bindings.get_data_from_pointer(buffer, bytes.byteOffset + slot + 8, length);
    return Buffer.from(far.buffer, far.byteOffset, length).toString('utf8');
  }
}
