import { tag } from './codecFormat.ts';

const slots = 1024;
/** Short texts met lately, of whatever was read: many are names of properties, and few words. */
const recent = new Array<string | undefined>(slots).fill(undefined);

/** Reads what `ByteWriter` wrote; reading past the end throws. */
export class ByteReader {
  readonly #buffer: Buffer;
  #view: DataView | null = null;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#buffer = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get rest(): number {
    return this.#buffer.length - this.#at;
  }

  byte(): number {
    const byte = this.#buffer[this.#at++];
    if (byte === undefined) throw new RangeError('The bytes end too early.');
    return byte;
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      if (factor > 2 ** 49) throw new RangeError('The number is too long.');
    }
  }

  /** How many things follow that take at least `size` bytes each; refuses more than the rest can hold. */
  count(size = 1): number {
    const count = this.varint();
    if (count * size > this.rest) throw new RangeError('The bytes end too early.');
    return count;
  }

  double(): number {
    this.#view ??= new DataView(this.#buffer.buffer, this.#buffer.byteOffset, this.#buffer.length);
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  string(): string {
    return this.stringOf(this.byte());
  }

  stringOf(form: number): string {
    const size = this.count();
    const start = this.#at;
    this.#at += size;
    if (form === tag.ascii)
      return size < 24 ? this.#short(start, size) : this.#buffer.toString('latin1', start, this.#at);
    if (form === tag.utf8) return this.#buffer.toString('utf8', start, this.#at);
    if (form === tag.utf16) return this.#buffer.toString('utf16le', start, this.#at);
    throw new RangeError('A string is missing.');
  }

  /** The next `size` bytes, copied. */
  bytes(size: number): ArrayBuffer {
    if (size > this.rest) throw new RangeError('The bytes end too early.');
    const start = this.#buffer.byteOffset + this.#at;
    this.#at += size;
    return (this.#buffer.buffer as ArrayBuffer).slice(start, start + size); // `Buffer.from` may share, `ByteWriter` does not
  }

  /** A short text; one that was met lately is not made again. */
  #short(start: number, size: number): string {
    const buffer = this.#buffer;
    let mixed = size;
    for (let at = start; at < start + size; at++) mixed = Math.imul(mixed ^ buffer[at]!, 0x01000193);
    const slot = (mixed ^ (mixed >>> 15)) & (slots - 1);
    const known = recent[slot];
    if (known !== undefined && known.length === size && isAt(known, buffer, start)) return known;
    const text = buffer.toString('latin1', start, start + size);
    recent[slot] = text;
    return text;
  }
}

function isAt(text: string, bytes: Uint8Array, start: number): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) !== bytes[start + index]) return false;
  return true;
}
