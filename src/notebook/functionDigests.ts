import type { Captured, ExportInfo, Read } from '../protocol/kernel.ts';
import { type Components, keyOf } from './cellKey.ts';
import type { FollowedFunction } from './compile.ts';

/** What a run tells of the functions it made. */
interface Made {
  readonly exports: readonly ExportInfo[];
  readonly captured: readonly Captured[];
  readonly reads: readonly Read[];
  readonly impure: readonly string[];
}

/** Gives exported functions a digest of all that the results of their calls depend on, where all of it is known. */
export function withFunctionDigests(
  made: Made,
  functions: ReadonlyMap<string, FollowedFunction>,
  components: Components,
): readonly ExportInfo[] {
  if (!functions.size) return made.exports;
  const known = new Map([...made.exports, ...made.captured].map((one) => [one.name, one]));
  return made.exports.map((info) => {
    const followed = functions.get(info.name);
    return followed && info.digest === null ? { ...info, digest: digestOf(followed, known, made, components) } : info;
  });
}

function digestOf(
  { codeDigest, functions, values, components }: FollowedFunction,
  known: ReadonlyMap<string, Captured>,
  made: Made,
  ofCell: Components,
): string | null {
  if (!functions.every((name) => known.get(name)?.plain)) return null;
  const parts: Record<string, string> = { code: codeDigest };
  for (const name of values) {
    const digest = known.get(name)?.digest;
    if (!digest) return null;
    parts[`value ${name}`] = digest;
  }
  for (const name of components) {
    const digest = ofCell[name];
    if (digest === undefined) return null;
    parts[name] = digest;
  }
  if (components.some((name) => name.startsWith('module ') && isUsers(ofCell[name]!))) {
    if (made.impure.length) return null; // it may have been a module that read the clock while it was loaded
    for (const { kind, name, digest } of made.reads) parts[`${kind} ${name}`] = digest; // or a file
  }
  return keyOf('function', parts);
}

/** Whether a module is neither Memoir nor Node: what it reads while it is loaded is in its values. */
function isUsers(digest: string): boolean {
  return digest !== 'builtin' && !digest.startsWith('memoir@');
}
