import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FunctionInfo } from './functionSurvey.ts';

/** Arguments of a real call, secrets masked. */
export interface CapturedCall {
  /** ISO 8601. */
  readonly at: string;
  /** The arguments as a person reads them. */
  readonly preview: string;
  /** A structured clone of the list, as V8 writes it, in base64. */
  readonly data: string;
}

/** What the program that is watched is told. */
export interface CaptureOrder {
  /** The function's file, and the text to load in its place. */
  readonly file: string;
  readonly source: string;
  /** How many calls to keep, and where. */
  readonly calls: number;
  readonly folder: string;
}

/** The environment variable with the path of a `CaptureOrder`. */
export const CAPTURE_ORDER = 'MEMOIR_CAPTURE';

/** How the program that is watched says what it did, beside its calls. */
export const SKIPPED_FILE = 'skipped';

const KEPT_MS = 7 * 24 * 3_600_000;

/** Where the calls of a function are kept, in the cache's folder. */
export function captureFolder(cacheDirectory: string, file: string, name: string): string {
  const id = createHash('sha256')
    .update(JSON.stringify([file, name]))
    .digest('hex')
    .slice(0, 16);
  return join(cacheDirectory, 'captured', id);
}

/** The calls that were captured in the last seven days, the latest first; older ones are deleted. */
export async function capturedCalls(folder: string, now = Date.now()): Promise<CapturedCall[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')); // nothing captured yet
  const calls = await Promise.all(
    names.map(async (name) => {
      const call = JSON.parse(await readFile(join(folder, name), 'utf8')) as CapturedCall; // written by captureMain
      if (now - Date.parse(call.at) <= KEPT_MS) return call;
      await rm(join(folder, name), { force: true });
      return null;
    }),
  );
  return calls.flatMap((call) => call ?? []).sort((a, b) => b.at.localeCompare(a.at));
}

/** A text in which a function tells of its calls; lines stay. */
export function withCapture(source: string, { code: { start, end, body } }: FunctionInfo): string {
  if (body !== null) return `${source.slice(0, body)}globalThis.$memoirCapture?.(arguments);${source.slice(body)}`;
  const watch = '(globalThis.$memoirWatch ?? ((fn) => fn))';
  return `${source.slice(0, start)}${watch}(${source.slice(start, end)})${source.slice(end)}`;
}
