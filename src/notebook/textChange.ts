import { structuredPatch } from 'diff';

/** How a text differs from an earlier one. */
export interface TextChange {
  /** `line 3`, `lines 3 to 5`, `7 lines`: where, in words. */
  readonly where: string;
  readonly verb: 'changed' | 'is new' | 'is gone';
  /** The lines that differ with those around them, as a unified diff without its head. */
  readonly diff: string;
}

/** Longer texts are not compared line by line, and need not be kept for it. */
export const MAX_LENGTH = 200_000;
/** Lines of a diff that are told. */
const MAX_LINES = 40;

/** What changed between two texts; null when they are the same to a reader, or too long to tell. */
export function textChange(before: string, after: string): TextChange | null {
  if (before.length > MAX_LENGTH || after.length > MAX_LENGTH) return null;
  const { hunks } = structuredPatch('', '', before, after, '', '', { context: 1, maxEditLength: 2000 }) ?? {
    hunks: [],
  };
  if (!hunks.length) return null;
  const lines = hunks.flatMap((hunk) => changedLines(hunk));
  const added = lines.filter(({ sign }) => sign === '+');
  const removed = lines.filter(({ sign }) => sign === '-');
  const shown = added.length ? added : removed;
  const numbers = shown.map(({ line }) => line);
  const first = Math.min(...numbers);
  const last = Math.max(...numbers);
  const together = last - first + 1 === numbers.length;
  const many = together ? `lines ${first} to ${last}` : `${numbers.length} lines`;
  const diff = hunks.flatMap((hunk) => hunk.lines).filter((line) => !line.startsWith('\\'));
  const rest = diff.length - MAX_LINES;
  return {
    where: numbers.length === 1 ? `line ${first}` : many,
    verb: !removed.length ? 'is new' : !added.length ? 'is gone' : 'changed',
    diff: [...diff.slice(0, MAX_LINES), ...(rest > 0 ? [`… ${rest} more lines`] : [])].join('\n'),
  };
}

/** The lines of a hunk that were added, with their numbers now, or removed, with the numbers they had. */
function changedLines(hunk: { oldStart: number; newStart: number; lines: readonly string[] }) {
  let [old, now] = [hunk.oldStart, hunk.newStart];
  return hunk.lines.flatMap((text) => {
    const sign = text[0];
    if (sign === '\\') return []; // "No newline at end of file"
    const line = sign === '-' ? old : now;
    if (sign !== '+') old += 1;
    if (sign !== '-') now += 1;
    return sign === ' ' ? [] : [{ sign, line }];
  });
}
