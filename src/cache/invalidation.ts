import { escapeGlob } from './pattern.ts';
import type { EntryFilter } from './tier.ts';

/**
 * Which entries `invalidate` removes: all conditions that are given must hold.
 * @example
 * await cache.invalidate({ tags: ['rates'], prefix: 'EUR/' }); // those of both
 */
export interface Invalidation {
  /** Entries with any of these tags. */
  readonly tags?: readonly string[];
  /** Entries whose key begins so. */
  readonly prefix?: string;
  /** Entries whose whole key fits a glob: `*` any text, `?` one character, `[abc]` one of these, `\` before what is meant literally. */
  readonly pattern?: string;
}

/** The entries that are meant, of those whose stored keys begin with `start`. */
export function filterOf({ tags, prefix = '', pattern }: Invalidation, start: string): EntryFilter {
  return {
    prefix: start + prefix,
    ...(tags && { tags }),
    ...(pattern !== undefined && { pattern: escapeGlob(start) + pattern }),
  };
}

/** `the tag rates and the prefix "EUR/"` */
export function describeInvalidation({ tags, prefix, pattern }: Invalidation): string {
  const parts = [
    tags && `${tags.length === 1 ? 'the tag' : 'one of the tags'} ${tags.join(', ')}`,
    prefix !== undefined && `the prefix "${prefix}"`,
    pattern !== undefined && `the pattern "${pattern}"`,
  ];
  return parts.filter(Boolean).join(' and ');
}
