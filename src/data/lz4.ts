/** The content of an LZ4 frame, as Arrow files hold them; what the frame's checksums say is not asked. */
export function lz4Frame(frame: Uint8Array): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(0, true) !== 0x184d2204) throw new Error('This is no LZ4 frame.');
  const flags = frame[4]!;
  let at = 7 + (flags & 8 ? 8 : 0) + (flags & 1 ? 4 : 0); // content size, dictionary
  const out = new Output(flags & 8 ? Number(view.getBigUint64(6, true)) : frame.length * 4);
  for (let size = view.getUint32(at, true); size !== 0; size = view.getUint32(at, true)) {
    const length = size & 0x7fff_ffff;
    const block = frame.subarray(at + 4, at + 4 + length);
    if (size >>> 31) out.append(block);
    else decodeBlock(block, out);
    at += 4 + length + (flags & 16 ? 4 : 0); // the block's checksum
  }
  return out.bytes;
}

/** Literals and repeats of what came before take turns. */
function decodeBlock(block: Uint8Array, out: Output): void {
  let at = 0;
  const lengthOf = (nibble: number) => {
    let length = nibble;
    if (nibble === 15) {
      for (let more = 255; more === 255; ) {
        more = block[at++]!;
        length += more;
      }
    }
    return length;
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = lengthOf(token >> 4);
    out.append(block.subarray(at, at + literals));
    at += literals;
    if (at >= block.length) return; // the last sequence has literals only
    const distance = block[at]! | (block[at + 1]! << 8);
    at += 2;
    out.repeat(distance, lengthOf(token & 15) + 4);
  }
}

/** Bytes that grow, and may repeat themselves. */
class Output {
  #buffer: Uint8Array;
  #length = 0;

  constructor(expected: number) {
    this.#buffer = new Uint8Array(expected);
  }

  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  repeat(distance: number, count: number): void {
    if (distance === 0 || distance > this.#length) throw new Error('The LZ4 data is damaged.');
    this.#reserve(count);
    const from = this.#length - distance;
    if (distance >= count) this.#buffer.copyWithin(this.#length, from, from + count);
    else for (let index = 0; index < count; index++) this.#buffer[this.#length + index] = this.#buffer[from + index]!; // it overlaps
    this.#length += count;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(this.#length + count, this.#buffer.length * 2));
    larger.set(this.bytes);
    this.#buffer = larger;
  }
}
