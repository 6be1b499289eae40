import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline as pipe, type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { UserError } from '../base/errors.ts';
import type { Job } from './conversionJob.ts';

/** The file that `decodeFile` makes. */
export const DECODED = 'text';

/** Writes a text file, also a compressed one, anew as UTF-8. */
export async function decodeFile({ source, folder, options, signal }: Job): Promise<void> {
  await pipeline(unpacked(source), decoding(source, options.encoding!), createWriteStream(join(folder, DECODED)), {
    signal,
  });
}

/** The encoding that a file's first bytes tell, as Excel and Windows write them; undefined for all others. */
export async function markedEncoding(path: string): Promise<string | undefined> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return { fffe: 'utf-16le', feff: 'utf-16be' }[buffer.toString('hex', 0, bytesRead)];
  } finally {
    await file.close();
  }
}

/** A decoder of the encoding called `label`, as the web knows it: `windows-1252`, `shift_jis`, `utf-16le`, … */
export function decoderOf(label: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(label, { fatal: true });
  } catch (cause) {
    throw new UserError(
      `There is no encoding "${label}". Names are such as "windows-1252", "utf-16le" or "shift_jis".`,
      { cause },
    );
  }
}

/** A file's bytes; unpacked where its name says that it is compressed. */
export function unpacked(path: string): Readable {
  const bytes = createReadStream(path, { highWaterMark: 1 << 20 });
  const unpack = /\.gz$/i.test(path) ? createGunzip() : /\.zst$/i.test(path) ? createZstdDecompress() : null;
  return unpack ? pipe(bytes, unpack, () => {}) : bytes; // an error of either is the last one's
}

function decoding(path: string, label: string): Transform {
  const decoder = decoderOf(label);
  const decode = (done: (error: Error | null, text?: string) => void, bytes?: Uint8Array) => {
    try {
      done(null, decoder.decode(bytes, { stream: bytes !== undefined }));
    } catch (cause) {
      done(new UserError(`${path} is not written in ${label}: it holds bytes that mean nothing there.`, { cause }));
    }
  };
  return new Transform({
    transform: (chunk: Uint8Array, _, done) => decode(done, chunk),
    flush: (done) => decode(done),
  });
}
