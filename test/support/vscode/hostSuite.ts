// Runs inside the extension host. The host swallows process.exit and mixes consoles, so news goes to a file, and a run
// counts only when its last line says that it ended.
import { appendFileSync } from 'node:fs';

/** A line of the report that the outer process reads. */
export type HostEvent =
  | { readonly type: 'passed'; readonly name: string; readonly ms: number }
  | { readonly type: 'failed'; readonly name: string; readonly ms: number; readonly error: string }
  | { readonly type: 'skipped'; readonly name: string; readonly reason: string }
  | { readonly type: 'ended' };

interface HostTest {
  readonly name: string;
  readonly body: () => void | Promise<void>;
  readonly timeoutMs: number;
}

const tests: HostTest[] = [];
const cleanups: (() => void | Promise<void>)[] = [];

/** Declares a test; all run one after the other in the order of declaration. */
export function test(name: string, body: () => void | Promise<void>, timeoutMs = 60_000): void {
  tests.push({ name, body, timeoutMs });
}

/** Run when the current test ends, passed or not; the latest first. */
export function onTestEnd(cleanup: () => void | Promise<void>): void {
  cleanups.push(cleanup);
}

/** Ends the current test as skipped. */
export function skip(reason: string): never {
  throw new Skipped(reason);
}

/** Resolves with the first value of `probe` that is neither false nor nullish. */
export async function eventually<T>(probe: () => T | Promise<T>, timeoutMs = 30_000): Promise<NonNullable<T>> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) throw new Error(`Waited ${timeoutMs} ms in vain for: ${probe}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** What the extension host calls. */
export async function runAll(): Promise<void> {
  process.setSourceMapsEnabled(true); // the suite is a bundle; errors name the test files
  let failures = 0;
  for (const it of tests) if (!(await runOne(it))) failures += 1;
  report({ type: 'ended' });
  if (failures) throw new Error(`${failures} of ${tests.length} failed`);
}

async function runOne({ name, body, timeoutMs }: HostTest): Promise<boolean> {
  const started = Date.now();
  try {
    await withTimeout(body, timeoutMs);
    report({ type: 'passed', name, ms: Date.now() - started });
    return true;
  } catch (error) {
    if (error instanceof Skipped) report({ type: 'skipped', name, reason: error.message });
    else report({ type: 'failed', name, ms: Date.now() - started, error: describe(error) });
    return error instanceof Skipped;
  } finally {
    await cleanUp();
  }
}

/** A cleanup that fails changes nothing: the test has spoken already. */
async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) {
    try {
      await cleanup();
    } catch (error) {
      console.error(error);
    }
  }
}

async function withTimeout(body: () => void | Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not done after ${timeoutMs} ms`)), timeoutMs);
  });
  await Promise.race([body(), tooLate]).finally(() => clearTimeout(timer));
}

function report(event: HostEvent): void {
  appendFileSync(process.env.MEMOIR_HOST_REPORT!, `${JSON.stringify(event)}\n`);
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}

class Skipped extends Error {}
