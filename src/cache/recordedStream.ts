import { setTimeout as sleep } from 'node:timers/promises';
import type { Cache } from './cache.ts';
import type { EntryOptions } from './entryOptions.ts';
import { openCache } from './openCache.ts';
import { type Part, type Recorded, readPiece, StreamRecording } from './streamRecording.ts';

/**
 * How a stream is recorded and replayed.
 * @example
 * recordedStream('answer/1', open, { pace: true, ttl: '7d' });
 */
export interface RecordedStreamOptions extends EntryOptions {
  /** Where recordings are kept; the program's cache unless given. */
  readonly cache?: Cache;
  /** True replays with the pauses there were; false, unless given, as fast as it can. */
  readonly pace?: boolean;
}

let programCache: Cache | null = null;

/** What is being recorded, or waited for as another process records it; `kept` settles when that is over. */
interface Running {
  readonly first: Promise<StreamRecording<unknown> | Recorded>;
  readonly kept: Promise<Recorded>;
}

const recordings = new WeakMap<Cache, Map<string, Running>>();

/**
 * The parts of a stream, such as the answer of a model, word by word. The first time they come from `open` and are recorded; from
 * then on they are replayed. Who asks meanwhile shares the recording; in another process it is waited for. Long ones are recorded in
 * pieces. What was not read to its end, or failed, is not kept.
 * @throws UserError where a recording is removed while it is read
 * @example
 * const key = `answer/${model}/${prompt}`;
 * for await (const part of recordedStream(key, () => client.stream({ model, prompt }))) process.stdout.write(part.text);
 */
export async function* recordedStream<T>(
  key: string,
  open: () => AsyncIterable<T> | Promise<AsyncIterable<T>>,
  options: RecordedStreamOptions = {},
): AsyncGenerator<T, void, undefined> {
  programCache ??= options.cache ? null : openCache({ namespace: 'streams' });
  const { cache = programCache!, pace = false, ...entry } = options; // opened above where it is needed
  for (;;) {
    const kept = recordingsOf(cache).has(key) ? undefined : await whole(cache, key);
    if (kept) return yield* replay<T>(cache, key, kept, pace);
    const running = recordingsOf(cache).get(key) ?? begin(key, open, cache, entry);
    const first = await running.first;
    if (!(first instanceof StreamRecording)) continue; // another process has recorded it
    if (!first.isAbandoned) yield* first.read() as AsyncGenerator<T, void, undefined>; // of the same stream
    await running.kept.catch(() => {}); // who read heard of it
    if (!first.isAbandoned) return;
  }
}

/** Records, unless another process does so: then what it recorded comes, once it is there. */
function begin<T>(
  key: string,
  open: () => AsyncIterable<T> | Promise<AsyncIterable<T>>,
  cache: Cache,
  entry: EntryOptions,
): Running {
  const begun = Promise.withResolvers<StreamRecording<unknown>>();
  const record = () => {
    const recording = new StreamRecording(key, open, cache, entry);
    begun.resolve(recording);
    return recording.finished;
  };
  const kept = cache.getOrCompute(key, record, { persist: true, ...entry });
  const running = { first: Promise.race([begun.promise, kept]), kept };
  recordingsOf(cache).set(key, running);
  const end = () => void recordingsOf(cache).delete(key);
  kept.then(end, end);
  return running;
}

/** A recording with all its pieces; undefined where one has gone. */
async function whole(cache: Cache, key: string): Promise<Recorded | undefined> {
  const kept = await cache.get<Partial<Recorded>>(key);
  if (!kept) return undefined;
  const { pieces, rest } = kept;
  if (pieces && rest && (await Promise.all(pieces.map((name) => cache.has(name)))).every(Boolean))
    return { pieces, rest };
  await cache.delete(key); // an earlier version's has no pieces
  return undefined;
}

async function* replay<T>(cache: Cache, key: string, { pieces, rest }: Recorded, pace: boolean) {
  const started = performance.now();
  const given = async ([at, part]: Part): Promise<T> => {
    if (pace) await sleep(at - (performance.now() - started));
    return part as T; // recorded of the same stream
  };
  for (const name of pieces) for (const part of await readPiece(cache, name, key)) yield await given(part);
  for (const part of rest) yield await given(part);
}

function recordingsOf(cache: Cache): Map<string, Running> {
  const known = recordings.get(cache) ?? new Map<string, Running>();
  recordings.set(cache, known);
  return known;
}
