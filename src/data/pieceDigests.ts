import { subtle } from 'node:crypto';
import { open } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';

/** Files are digested in pieces of this size, so many at a time. */
export const PIECE = 1 << 20;
const AT_A_TIME = 4;

/** From this size on, threads of their own are started sooner than the work is done here. */
const HUGE = 64 << 20;
const THREADS = 2;

/** The digests of a file's pieces, one behind the other: worked out side by side, away from the event loop. */
export async function pieceDigests(path: string, size: number): Promise<Buffer> {
  if (size < HUGE) return inTurns(path, size);
  try {
    return await inThreads(path, size);
  } catch {
    return inTurns(path, size); // where a program must not start threads; a file that cannot be read fails here, too
  }
}

async function inTurns(path: string, size: number): Promise<Buffer> {
  await using file = await open(path);
  const digests: Buffer[] = [];
  let next = 0;
  const work = async () => {
    const buffer = new Uint8Array(PIECE);
    while (next < size) {
      const start = next;
      next += PIECE;
      const { bytesRead } = await file.read(buffer, 0, PIECE, start);
      digests[start / PIECE] = Buffer.from(await subtle.digest('SHA-256', buffer.subarray(0, bytesRead)));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return Buffer.concat(digests);
}

/** The same with a third of the work: nothing is copied from thread to thread but the digests. */
async function inThreads(path: string, size: number): Promise<Buffer> {
  const share = Math.ceil(size / PIECE / THREADS) * PIECE;
  const parts = Array.from({ length: THREADS }, async (_, index) => {
    const worker = new Worker(DIGEST, {
      eval: true,
      workerData: { path, from: index * share, to: (index + 1) * share },
    });
    const ended = Promise.withResolvers<Uint8Array>();
    worker.once('message', ended.resolve).once('error', ended.reject);
    return ended.promise;
  });
  return Buffer.concat(await Promise.all(parts));
}

const DIGEST = `
const { hash } = require('node:crypto');
const { openSync, readSync } = require('node:fs');
const { parentPort, workerData: { path, from, to } } = require('node:worker_threads');
const file = openSync(path, 'r');
const buffer = new Uint8Array(${PIECE});
const digests = [];
for (let start = from; start < to; start += ${PIECE}) {
  const bytes = readSync(file, buffer, 0, ${PIECE}, start);
  if (bytes === 0) break;
  digests.push(hash('sha256', buffer.subarray(0, bytes), 'buffer'));
}
parentPort.postMessage(Buffer.concat(digests));
`;
