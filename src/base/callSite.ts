import { fileURLToPath } from 'node:url';

/** Where `called` was called from, lines counted from 1; null where that cannot be told. Takes some 10 µs. */
export function callSite(
  called: (...args: never[]) => unknown,
): { readonly file: string; readonly line: number } | null {
  const holder: { stack?: unknown } = {};
  Error.captureStackTrace(holder, called);
  if (typeof holder.stack !== 'string') return null; // somebody makes stacks of their own
  const [, ...frames] = holder.stack.split('\n');
  const first = frames.find((frame) => !frame.includes(FACE)) ?? '';
  const match = /(?:\(|at (?:async )?)((?:file:\/\/|\/|[A-Za-z]:\\).*?):(\d+)(?::\d+)?\)?$/.exec(first);
  if (!match) return null;
  const [, file = '', line = ''] = match;
  return { file: file.startsWith('file://') ? fileURLToPath(file) : file, line: Number(line) };
}

/** What stands between a program and the library: see `src/face.ts`. */
const FACE = new URL('./index.js', import.meta.url).href;
