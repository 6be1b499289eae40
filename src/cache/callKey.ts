import { keyDigest } from './key.ts';
import { NotEncodable } from './notEncodable.ts';
import { plainText } from './plainText.ts';

/** The key of an argument list, or why it can have none. */
export type CallKey = { readonly key: string } | { readonly problem: string };

/** Keys argument lists by their types and content: a few plain values by their text, others by a digest. */
export function callKey(args: readonly unknown[]): CallKey {
  const plain = plainText(args);
  if (plain !== null) return { key: plain };
  try {
    return { key: `#${keyDigest(args)}` };
  } catch (error) {
    if (!(error instanceof NotEncodable)) throw error;
    const place = error.path ? `arguments${error.path}` : 'The argument list';
    return {
      problem: `${place} is ${error.reason}, by which calls cannot be told apart. Give a \`key\` made of what matters in the arguments.`,
    };
  }
}
