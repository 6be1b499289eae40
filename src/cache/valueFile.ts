import { promisify } from 'node:util';
import { constants as zlib, zstdCompress, zstdDecompress, zstdDecompressSync } from 'node:zlib';

const plain = 0;
const compressed = 1; // without the length: made by versions before
const compressedOf = 2;
const lengthBytes = 6;
const worthCompressing = 4096;
const sampleSize = 1 << 16;
const largestChunk = 1 << 22; // bytes; less is there within some milliseconds, sooner than by way of a thread
const options = { params: { [zlib.ZSTD_c_compressionLevel]: 1 } };
const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/**
 * What a value file holds: a byte that says how, then the bytes; or, where that makes it smaller, how many they are and the
 * bytes compressed.
 */
export async function packFile(bytes: Uint8Array, compression = true): Promise<Uint8Array[]> {
  if (!compression || !(await pays(bytes))) return [Uint8Array.of(plain), bytes];
  const smaller = await compress(bytes, options);
  if (smaller.length >= bytes.length * 0.9) return [Uint8Array.of(plain), bytes];
  const head = Buffer.of(compressedOf, ...new Uint8Array(lengthBytes));
  head.writeUIntLE(bytes.length, 1, lengthBytes);
  return [head, smaller];
}

/** The bytes that a value file holds; rejects where it is damaged. */
export async function unpackFile(file: Uint8Array): Promise<Uint8Array> {
  const { content, options } = partsOf(file);
  if (!options) return content;
  return options.chunkSize < largestChunk ? zstdDecompressSync(content, options) : decompress(content, options);
}

/** `unpackFile` at once. */
export function unpackFileSync(file: Uint8Array): Uint8Array {
  const { content, options } = partsOf(file);
  return options ? zstdDecompressSync(content, options) : content;
}

/**
 * Each step of decompressing is a piece of memory and a turn of the event loop: in the usual ones of 16 KB it takes seven
 * times as long, and one that is larger than what comes out is memory for nothing.
 */
function partsOf(file: Uint8Array): { content: Uint8Array; options: { chunkSize: number } | null } {
  if (file[0] === plain) return { content: file.subarray(1), options: null };
  const { buffer, byteOffset, length } = file;
  const size = file[0] === compressed ? 8 * length : Buffer.from(buffer, byteOffset).readUIntLE(1, lengthBytes);
  const chunkSize = Math.min(largestChunk, Math.max(1 << 16, size + 1));
  return {
    content: file.subarray(file[0] === compressed ? 1 : 1 + lengthBytes),
    options: { chunkSize },
  };
}

/** Whether compressing is likely to save anything, judged by the middle of large values. */
async function pays(bytes: Uint8Array): Promise<boolean> {
  if (bytes.length < worthCompressing) return false;
  if (bytes.length < sampleSize * 8) return true;
  const middle = (bytes.length - sampleSize) >> 1;
  return (await compress(bytes.subarray(middle, middle + sampleSize), options)).length < sampleSize * 0.9;
}
