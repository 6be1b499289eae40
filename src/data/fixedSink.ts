import type { DuckDb } from './duckDb.ts';
import type { FixedKind } from './fixedKind.ts';
import type { Pace } from './pace.ts';
import type { Chunk, ColumnContent, Sink } from './sink.ts';
import { ValidityBits } from './validityBits.ts';

/** Copies values of a fixed width out of DuckDB's own memory, a chunk at a time. */
export class FixedSink implements Sink {
  readonly #kind: FixedKind;
  readonly #duckDb: DuckDb;
  readonly #validity = new ValidityBits();
  readonly #parts: Uint8Array[] = [];

  constructor(kind: FixedKind, duckDb: DuckDb) {
    this.#kind = kind;
    this.#duckDb = duckDb;
  }

  append(chunk: Chunk, column: number): void {
    const { bindings } = this.#duckDb;
    const vector = bindings.data_chunk_get_vector(chunk.chunk, column);
    this.#parts.push(bindings.vector_get_data(vector, chunk.rowCount * this.#kind.width).slice());
    this.#validity.append(bindings, vector, chunk.rowCount);
  }

  async finish(pace: Pace): Promise<ColumnContent> {
    const bytes = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.byteLength, 0));
    let offset = 0;
    for (const part of this.#parts) {
      bytes.set(part, offset);
      offset += part.byteLength;
      await pace.turn();
    }
    this.#parts.length = 0;
    return this.#kind.finish(bytes.buffer, await this.#validity.finish(pace), pace);
  }
}
