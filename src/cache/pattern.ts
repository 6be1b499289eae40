import { UserError } from '../base/errors.ts';
import type { EntryFilter, EntryMeta } from './tier.ts';

/** Whether an entry is meant by a filter. */
export function matcherOf({
  prefix = '',
  tags,
  pattern,
}: EntryFilter): (key: string, meta: Pick<EntryMeta, 'tags'>) => boolean {
  const glob = pattern === undefined ? null : globExpression(pattern);
  return (key, meta) =>
    key.startsWith(prefix) &&
    (tags === undefined || tags.some((tag) => meta.tags.includes(tag))) &&
    (glob === null || glob.test(key));
}

/** What every key that a filter means begins with. */
export function prefixOf({ prefix = '', pattern = '' }: EntryFilter): string {
  const literal = /^[^*?[\\]*/.exec(pattern)![0]; // matches at least the empty text
  return literal.startsWith(prefix) ? literal : prefix;
}

/** A text as the glob that matches it alone. */
export function escapeGlob(text: string): string {
  return text.replaceAll(/[*?[\]\\]/g, '\\$&');
}

/** A glob as a regular expression: see `EntryFilter`. A bracket that never closes stands for itself. */
function globExpression(glob: string): RegExp {
  const part = /\\([\s\S])|\[(\^?)((?:\\[\s\S]|[^\]\\])+)\]|([*])|([?])|([\s\S])/gu;
  const source = [...glob.matchAll(part)].map(([, escaped, negated, set, any, one, literal]) => {
    if (set !== undefined) return `[${negated}${setSource(set)}]`;
    if (any) return '[^]*';
    if (one) return '[^]';
    return (escaped ?? literal ?? '').replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&');
  });
  try {
    return new RegExp(`^${source.join('')}$`, 'u');
  } catch {
    throw new UserError(`The pattern "${glob}" cannot be read: in brackets, ranges must go upward, as in [a-z].`);
  }
}

function setSource(set: string): string {
  return set.replaceAll(/\\?([\s\S])/gu, (match, character: string) =>
    match.length > character.length || '[^'.includes(character) ? escapeInSet(character) : character,
  );
}

function escapeInSet(character: string): string {
  return '[]^-\\'.includes(character) ? `\\${character}` : character;
}
