import { createHash, type Hash, hash } from 'node:crypto';
import { tag } from './codecFormat.ts';

const largestChunk = 1 << 20;

/** Bytes written one after another and hashed as they come, in chunks that grow with what is written. */
export class ByteWriter {
  readonly #kept: Uint8Array[] | null;
  #hash: Hash | null = null;
  #chunk = Buffer.allocUnsafe(2048);
  #view = viewOf(this.#chunk);
  #at = 0;
  #length = 0;

  /** With `keep` false only the digest can be asked for, and memory stays small. */
  constructor(keep: boolean) {
    this.#kept = keep ? [] : null;
  }

  /** How many bytes were written. */
  get length(): number {
    return this.#length + this.#at;
  }

  byte(value: number): void {
    if (this.#at === this.#chunk.length) this.#next(1);
    this.#chunk[this.#at++] = value;
  }

  /** A whole number from 0 to 2^53 - 1, seven bits a byte. */
  varint(value: number): void {
    if (this.#chunk.length - this.#at < 8) this.#next(8);
    let rest = value;
    while (rest > 0x7f) {
      this.#chunk[this.#at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#chunk[this.#at++] = rest;
  }

  double(value: number): void {
    if (this.#chunk.length - this.#at < 8) this.#next(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  /** A string with its tag; the form depends on its characters only, not on how the engine holds it. */
  string(text: string): void {
    if (text.length < 48 && this.#shortAscii(text)) return;
    const size = Buffer.byteLength(text);
    if (size === text.length) this.#text(tag.ascii, text, size, 'latin1');
    else if (text.isWellFormed()) this.#text(tag.utf8, text, size, 'utf8');
    else this.#text(tag.utf16, text, text.length * 2, 'utf16le');
  }

  bytes(bytes: Uint8Array): void {
    if (bytes.length > largestChunk) {
      if (this.#kept) this.#next(1);
      else this.#flush();
      this.#hash!.update(bytes); // as it lies there: copying takes as long as hashing
      this.#kept?.push(bytes);
      this.#length += bytes.length;
      return;
    }
    if (this.#chunk.length - this.#at < bytes.length) this.#next(bytes.length);
    this.#chunk.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** SHA-256 of everything written, in hex, and the bytes if they were kept. The writer is spent. */
  finish(): { bytes: Uint8Array; digest: string } {
    const last = this.#chunk.subarray(0, this.#at);
    const digest = this.#hash ? this.#hash.update(last).digest('hex') : hash('sha256', last, 'hex');
    return { digest, bytes: this.#kept ? Buffer.concat([...this.#kept, last]) : last };
  }

  #shortAscii(text: string): boolean {
    if (this.#chunk.length - this.#at < 50) this.#next(50);
    const chunk = this.#chunk;
    let at = this.#at + 2;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      if (unit > 0x7f) return false;
      chunk[at++] = unit;
    }
    chunk[this.#at] = tag.ascii;
    chunk[this.#at + 1] = text.length;
    this.#at = at;
    return true;
  }

  #text(form: number, text: string, size: number, encoding: 'latin1' | 'utf8' | 'utf16le'): void {
    this.byte(form);
    this.varint(size);
    if (this.#chunk.length - this.#at < size) this.#next(size);
    this.#at += this.#chunk.write(text, this.#at, size, encoding);
  }

  #flush(): Uint8Array {
    const full = this.#chunk.subarray(0, this.#at);
    this.#hash ??= createHash('sha256');
    this.#hash.update(full);
    this.#length += this.#at;
    this.#at = 0;
    return full;
  }

  #next(needed: number): void {
    const full = this.#flush();
    const size = Math.max(needed, Math.min(this.#chunk.length * 4, largestChunk));
    if (!this.#kept && this.#chunk.length >= size) return;
    this.#kept?.push(full);
    this.#chunk = Buffer.allocUnsafeSlow(size);
    this.#view = viewOf(this.#chunk);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
