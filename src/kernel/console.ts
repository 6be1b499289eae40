import process from 'node:process'; // a cell may delete the global
import type { ConsoleLine } from '../protocol/output.ts';
import { currentRun, type Run } from './run.ts';

/** Text beyond this is counted, not kept: a runaway loop must not fill the editor. */
const LIMIT = 1_000_000;
const REST_LEFT_OUT = '… more than 1 MB was written; the rest is left out.';
const FLUSH_MS = 40;
/** So many writes go out at once, in case a busy loop follows; more within one `FLUSH_MS` are collected. */
const AT_ONCE = 20;

/** Sends what user code writes to stdout and stderr to the run it belongs to, in order, in small batches. */
export class ConsoleCapture {
  readonly #emit: (run: Run, lines: readonly ConsoleLine[]) => void;
  readonly #written = new WeakMap<Run, number>();
  #last: Run | null = null;
  #run: Run | null = null;
  #lines: ConsoleLine[] = [];
  #timer: NodeJS.Timeout | null = null;
  #windowStart = 0;
  #atOnce = AT_ONCE;
  /** Who waits to hear that a text was written. A million writes of a busy loop must not queue a million ticks. */
  #waiting: (() => void)[] = [];

  constructor(emit: (run: Run, lines: readonly ConsoleLine[]) => void) {
    this.#emit = emit;
  }

  install(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      process[stream].write = ((chunk: string | Uint8Array, encoding?: unknown, done?: unknown) => {
        this.#add(stream, typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
        const callback = typeof encoding === 'function' ? encoding : done;
        if (typeof callback === 'function') this.#tell(callback as () => void);
        return true;
      }) as typeof process.stdout.write; // the overloads differ only in which arguments may be left out
    }
  }

  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#run && this.#lines.length) this.#emit(this.#run, this.#lines);
    this.#lines = [];
  }

  #tell(callback: () => void): void {
    if (!this.#waiting.length) process.nextTick(() => this.#tellAll());
    this.#waiting.push(callback);
  }

  #tellAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) {
      try {
        callback();
      } catch (error) {
        process.nextTick(() => {
          throw error; // as if it had been called alone
        });
      }
    }
  }

  #add(stream: ConsoleLine['stream'], text: string): void {
    const run = currentRun() ?? this.#last;
    if (run) this.write(run, stream, text);
  }

  /** Adds to the console of a run. */
  write(run: Run, stream: ConsoleLine['stream'], text: string): void {
    this.#last = run;
    if (run !== this.#run) this.flush();
    this.#run = run;
    const before = this.#written.get(run) ?? 0;
    if (before > LIMIT) return;
    this.#written.set(run, before + text.length);
    const isLast = before + text.length > LIMIT;
    this.#append(stream, isLast ? `${text.slice(0, LIMIT - before)}\n${REST_LEFT_OUT}\n` : text);
    if (isLast || this.#mayFlush()) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  /** Busy code never returns to a timer, so that writing itself must flush. */
  #mayFlush(): boolean {
    const now = performance.now();
    if (now - this.#windowStart > FLUSH_MS) {
      this.#windowStart = now;
      this.#atOnce = AT_ONCE;
    }
    this.#atOnce -= 1;
    return this.#atOnce >= 0;
  }

  #append(stream: ConsoleLine['stream'], text: string): void {
    const last = this.#lines.at(-1);
    if (last?.stream === stream) this.#lines[this.#lines.length - 1] = { stream, text: last.text + text };
    else this.#lines.push({ stream, text });
  }
}
