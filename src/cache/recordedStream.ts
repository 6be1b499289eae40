import { setTimeout as sleep } from 'node:timers/promises';
import type { Cache, EntryOptions } from './cache.ts';
import { openCache } from './openCache.ts';

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

/** What was recorded: each part with the milliseconds since the beginning. */
type Recording = readonly (readonly [at: number, part: unknown])[];

let programCache: Cache | null = null;

/**
 * The parts of a stream, such as the answer of a model, word by word. The first time they come from `open` and are recorded; from
 * then on they are replayed. What was not read to its end, or failed, is not kept.
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
  const kept = await cache.get<Recording>(key);
  const started = performance.now();
  if (kept) {
    for (const [at, part] of kept) {
      if (pace) await sleep(at - (performance.now() - started));
      yield part as T; // recorded of the same stream
    }
    return;
  }
  const recording: [number, T][] = [];
  for await (const part of await open()) {
    recording.push([Math.round(performance.now() - started), structuredClone(part)]); // before the reader can change it
    yield part;
  }
  await cache.set(key, recording, { cost: performance.now() - started, ...entry });
}
