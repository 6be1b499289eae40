import { TextCodes } from './dictionary.ts';
import type { DuckDb } from './duckDb.ts';
import type { Pace } from './pace.ts';
import type { Chunk, ColumnContent, Sink } from './sink.ts';
import { isSet, ValidityBits } from './validityBits.ts';

/** Bytes of one text in a vector: its length, then the text itself, or its beginning and where it lies. */
const SLOT = 16;
const INLINE = 12;
/** Short texts seen lately, found by the bytes of their slot, so that a repeated one is not decoded again. */
const RECENT = 4_096;

/** Reads text straight out of DuckDB's memory into a dictionary. */
export class TextSink implements Sink {
  readonly #duckDb: DuckDb;
  readonly #validity = new ValidityBits();
  readonly #dictionary = new TextCodes();
  readonly #parts: Uint32Array[] = [];
  readonly #recentSlots = new Uint32Array(RECENT * 4).fill(0xffffffff);
  readonly #recentCodes = new Uint32Array(RECENT);

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
    const words = new Uint32Array(data.buffer, data.byteOffset, chunk.rowCount * 4);
    for (let row = 0; row < codes.length; row++) {
      if (isSet(valid, row))
        codes[row] = words[row * 4]! <= INLINE ? this.#short(bytes, words, row) : this.#long(bytes, row);
    }
    this.#parts.push(codes);
  }

  async finish(pace: Pace): Promise<ColumnContent> {
    const codes = new Uint32Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let offset = 0;
    for (const part of this.#parts) {
      codes.set(part, offset);
      offset += part.length;
      await pace.turn();
    }
    const validity = await this.#validity.finish(pace);
    return { kind: 'string', codes, dictionary: this.#dictionary.texts, validity };
  }

  /** A text that lies in its slot, padded with zeros. */
  #short(bytes: Buffer, words: Uint32Array, row: number): number {
    const at = row * 4;
    const a = words[at]!;
    const b = words[at + 1]!;
    const c = words[at + 2]!;
    const d = words[at + 3]!;
    const mixed = a ^ Math.imul(b, 0x9e3779b1) ^ Math.imul(c, 0x85ebca6b) ^ Math.imul(d, 0xc2b2ae35);
    const hash = Math.imul(mixed, 0x27d4eb2f);
    const place = (hash >>> 20) & (RECENT - 1);
    const recent = this.#recentSlots;
    const slot = place * 4;
    if (recent[slot] === a && recent[slot + 1] === b && recent[slot + 2] === c && recent[slot + 3] === d) {
      return this.#recentCodes[place]!;
    }
    const start = row * SLOT + 4;
    const code = this.#dictionary.of(bytes.toString('utf8', start, start + a));
    recent[slot] = a;
    recent[slot + 1] = b;
    recent[slot + 2] = c;
    recent[slot + 3] = d;
    this.#recentCodes[place] = code;
    return code;
  }

  /** A text of which the slot holds the beginning and where it lies. */
  #long(bytes: Buffer, row: number): number {
    const length = bytes.readUInt32LE(row * SLOT);
    const buffer = bytes.buffer as ArrayBuffer; // DuckDB's own memory, never shared between threads of ours
    const far = this.#duckDb.bindings.get_data_from_pointer(buffer, bytes.byteOffset + row * SLOT + 8, length);
    return this.#dictionary.of(Buffer.from(far.buffer, far.byteOffset, length).toString('utf8'));
  }
}
