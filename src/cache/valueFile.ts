import { promisify } from 'node:util';
import { constants as zlib, zstdCompress, zstdDecompress, zstdDecompressSync } from 'node:zlib';

const plain = 0;
const compressed = 1;
const worthCompressing = 4096;
const sampleSize = 1 << 16;
const options = { params: { [zlib.ZSTD_c_compressionLevel]: 1 } };
const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** What a value file holds: a byte that says how, then the bytes, compressed where that makes them smaller. */
export async function packFile(bytes: Uint8Array, compression = true): Promise<Uint8Array[]> {
  if (!compression || !(await pays(bytes))) return [Uint8Array.of(plain), bytes];
  const smaller = await compress(bytes, options);
  return smaller.length < bytes.length * 0.9 ? [Uint8Array.of(compressed), smaller] : [Uint8Array.of(plain), bytes];
}

/** The bytes that a value file holds; rejects where it is damaged. */
export async function unpackFile(file: Uint8Array): Promise<Uint8Array> {
  return file[0] === compressed ? decompress(file.subarray(1), inLargeSteps(file)) : file.subarray(1);
}

/** `unpackFile` at once. */
export function unpackFileSync(file: Uint8Array): Uint8Array {
  return file[0] === compressed ? zstdDecompressSync(file.subarray(1), inLargeSteps(file)) : file.subarray(1);
}

/** Each step is a piece of memory and a turn of the event loop: in the usual ones of 16 KB it takes seven times as long. */
function inLargeSteps(file: Uint8Array): { readonly chunkSize: number } {
  return { chunkSize: Math.min(1 << 22, Math.max(1 << 16, 8 * file.length)) };
}

/** Whether compressing is likely to save anything, judged by the middle of large values. */
async function pays(bytes: Uint8Array): Promise<boolean> {
  if (bytes.length < worthCompressing) return false;
  if (bytes.length < sampleSize * 8) return true;
  const middle = (bytes.length - sampleSize) >> 1;
  return (await compress(bytes.subarray(middle, middle + sampleSize), options)).length < sampleSize * 0.9;
}
