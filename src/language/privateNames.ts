import { isPrivateName } from '../notebook/parseDeclarations.ts';
import { endOfName, readSource } from '../notebook/scope.ts';

/** Letters that hardly anybody writes, one for each cell. */
const FIRST = 0xa000;
const LETTERS = 1165;
const MARK = /[\ua000-\ua48c]/g;

/** The letter that stands for `_` in the private names of one cell, so that no other cell sees them. */
export function markOf(cell: number): string {
  return String.fromCharCode(FIRST + (cell % LETTERS));
}

/** A cell's text with its private names marked; every sign keeps its place. */
export function markPrivate(text: string, mark: string): string {
  if (!/(?<![\w$.])_/.test(text)) return text;
  const starts = readSource(text)
    .locals.filter(({ name }) => isPrivateName(name))
    .flatMap(({ definitions, uses }) => [...definitions.map(({ name }) => name), ...uses.map(({ node }) => node)])
    .filter((node) => text[node.start] === '_' && endOfName(node) > node.start);
  const letters = text.split('');
  for (const { start } of starts) letters[start] = mark;
  return letters.join('');
}

/** Whether a text has private names in it. */
export function isMarked(text: string): boolean {
  return text.search(MARK) >= 0;
}

/** Whether a name is private to another cell than the one with `mark`. */
export function isForeign(name: string, mark: string): boolean {
  return (name.match(MARK) ?? []).some((letter) => letter !== mark);
}

/** `data` with every private name as it is written. */
export function unmark<T>(data: T): T {
  if (typeof data === 'string') return data.replace(MARK, '_') as T;
  if (Array.isArray(data)) return data.map(unmark) as T;
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, unmark(value)])) as T;
}
