import jsTokens, { type Token } from 'js-tokens';

/** How much may be read past markers in search of a literal's end, over a whole file: keeps reading linear. */
const LOOK_AHEAD = 100_000;
const CANDIDATE = /(?<![^\r\n])\/\/ %%(?![^ \r\n])/g;
/** What can begin a token of more than one line; without one, every line start is between tokens. */
const OPENER = /`|\/\*|\\[\r\n]/;

/** Where a line reads like a marker, whether it counts as one or not. */
export function markerCandidates(text: string): number[] {
  return Array.from(text.matchAll(CANDIDATE), (match) => match.index);
}

/**
 * Which candidates count as markers, as indices: those between tokens. Inside a closed template literal or comment a
 * candidate is text. Where such a literal never closes it is cut at its first candidate, and reading starts afresh there.
 */
export function countingMarkers(text: string, candidates: readonly number[]): number[] {
  const counting: number[] = [];
  const budget = { left: LOOK_AHEAD };
  let start = 0;
  let next = 0;
  while (next < candidates.length) {
    const boundary = nextBoundary(text, start, candidates, next, budget) ?? next;
    if (boundary === candidates.length) break;
    counting.push(boundary);
    start = candidates[boundary]!;
    next = boundary + 1;
  }
  return counting;
}

/** Where a reading of the text stands. */
interface Reading {
  position: number;
  /** The index of the first candidate not yet passed. */
  current: number;
  /** How many template literals are open. */
  depth: number;
  /** Whether the last token was a literal or comment that the end of the file cut off. */
  cutOff: boolean;
}

/**
 * The first candidate from `next` on that is between tokens when reading begins at `start`: its index, the number of
 * candidates if only the end of the file is, and null if not even that. Without budget it looks no further than `next`.
 */
function nextBoundary(
  text: string,
  start: number,
  candidates: readonly number[],
  next: number,
  budget: { left: number },
): number | null {
  const end = budget.left > 0 ? text.length : candidates[next]!;
  const at: Reading = { position: start, current: next, depth: 0, cutOff: false };
  for (;;) {
    const opener = text.slice(at.position, candidates[at.current]).search(OPENER);
    if (opener < 0) return at.current; // lines without an opener need no reading
    at.position = lineToReadFrom(text, at.position, at.position + opener);
    for (const token of jsTokens(text.slice(at.position, end))) {
      const verdict = read(token, at, candidates);
      if (verdict === 'boundary') return at.current;
      if (at.current > next || verdict === 'broken') budget.left -= 1 + token.value.length / 64;
      if (verdict === 'broken' || budget.left < 0) return null;
      // A quote that never closes says that inside and outside are taken for each other, as after a lost backtick.
      if (at.current > next && token.type === 'StringLiteral' && !token.closed) return null;
      if (at.depth === 0 && token.type === 'LineTerminatorSequence') break;
    }
    if (at.position === end) return at.depth > 0 || at.cutOff ? null : at.current;
  }
}

/** Moves behind `token`, unless it begins a cell ("boundary") or never closes and holds a candidate ("broken"). */
function read(token: Token, at: Reading, candidates: readonly number[]): 'boundary' | 'broken' | 'on' {
  const end = at.position + token.value.length;
  for (; at.current < candidates.length && candidates[at.current]! < end; at.current += 1) {
    if (candidates[at.current] === at.position && at.depth === 0) return 'boundary';
    if (isUnclosed(token)) return 'broken';
  }
  if (token.type === 'TemplateHead') at.depth += 1;
  if (token.type === 'TemplateTail') at.depth -= 1;
  at.cutOff = token.type !== 'StringLiteral' && isUnclosed(token);
  at.position = end;
  return 'on';
}

function isUnclosed(token: Token): boolean {
  return 'closed' in token && !token.closed;
}

/** The start of the line at `offset`, or of one before it where it begins with `/`, so that division is known from a regex. */
function lineToReadFrom(text: string, earliest: number, offset: number): number {
  for (let end = offset; ; ) {
    while (end > earliest && text[end - 1] !== '\n' && text[end - 1] !== '\r') end -= 1;
    if (end <= earliest || !/^\s*\/(?![/*])/.test(text.slice(end, end + 200))) return end;
    while (end > earliest && /\s/.test(text[end - 1]!)) end -= 1;
  }
}
