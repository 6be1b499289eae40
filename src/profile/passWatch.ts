import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../base/errors.ts';
import type { ChildEnd } from '../process/child.ts';
import type { ProfileOutcome } from '../protocol/profileResult.ts';
import { type PassReply, SAMPLED_INSTANCE } from '../protocol/profiler.ts';
import type { Measured } from './measured.ts';
import type { PassRunner } from './profilerProcess.ts';

/** The limits that the user has set. */
interface Limits {
  readonly seconds: number;
  readonly memoryMB: number;
}

/** The sidecar has this long to hand in the profile of a call that does not end. */
const LAST_WORDS_MS = 3000;

/** Stands by while passes run: stops one that does not end, and notes how each came to its end. */
export class PassWatch {
  readonly #runner: PassRunner;
  readonly #limits: Limits;
  readonly #measured: Measured;
  #timeUp = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(runner: PassRunner, limits: Limits, measured: Measured) {
    this.#runner = runner;
    this.#limits = limits;
    this.#measured = measured;
  }

  /** Stops the process in `ms`, unless the deadline is set anew or lifted before. */
  setDeadline(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#stop(), ms);
  }

  /** Nothing is stopped until the next deadline is set. */
  liftDeadline(): void {
    clearTimeout(this.#timer);
  }

  /**
   * The result of a pass; null when it ended otherwise, which is noted then. `when` says in the note what ran.
   * @throws UserError when the arguments cannot be had
   */
  async take<T>(reply: Promise<PassReply<T>>, when = ''): Promise<{ readonly value: T } | null> {
    reply.catch(() => {}); // when the process ends, `ended` says it better
    const settled = await Promise.race([reply, this.#runner.ended]);
    if (!('status' in settled)) this.#noteEnd(settled, when);
    else if (settled.status === 'done') return settled;
    else this.#noteFailure(settled, when);
    return null;
  }

  /** What a pass left in the process's folder, in V8's own format; null when the process ended before it was written. */
  async read<T>(name: string): Promise<T | null> {
    try {
      const text = await readFile(join(this.#runner.folder, name), 'utf8');
      return JSON.parse(text.replaceAll(`${SAMPLED_INSTANCE}"`, '"')) as T;
    } catch {
      return null;
    }
  }

  async #stop(): Promise<void> {
    this.#timeUp = true;
    this.#runner.nudge();
    await Promise.race([this.#runner.ended, delay(LAST_WORDS_MS, null, { ref: false })]);
    this.#runner.kill();
  }

  #noteFailure(reply: Exclude<PassReply<unknown>, { status: 'done' }>, when: string): void {
    const { error, status } = reply;
    if (status === 'threw' && reply.during === 'arguments') {
      throw new UserError(
        error.name === 'UserError' ? error.message : `The arguments give ${error.name}: ${error.message}`,
      );
    }
    this.#measured.outcome = status;
    this.#measured.error = error;
    if (status === 'exited') {
      this.#measured.notes.push(`It ended the process (process.exit, code ${reply.code}) ${when}`.trim());
    } else if (when) this.#measured.notes.push(`It threw ${when}.`);
  }

  #noteEnd({ code, signal, stderr }: ChildEnd, when: string): void {
    const { seconds, memoryMB } = this.#limits;
    const [outcome, note]: [ProfileOutcome, string] = this.#timeUp
      ? ['deadline', `It did not end within ${seconds} s${when && ` ${when}`}; the profile shows where it was.`]
      : /heap out of memory|Allocation failed/.test(stderr)
        ? ['outOfMemory', `It ran out of memory: it may use ${memoryMB} MB.`]
        : code === 0
          ? ['exited', 'The process ended before the call was done.']
          : ['lost', `Its process ended unexpectedly (${signal ? `signal ${signal}` : `exit code ${code}`}).`];
    this.#measured.outcome = outcome;
    this.#measured.notes.push(note);
  }
}
