import { keyDigest } from './key.ts';
import { NotEncodable } from './notEncodable.ts';

/** The key of an argument list, or why it can have none. */
export type CallKey = { readonly key: string } | { readonly problem: string };

/** Keys argument lists by their types and content. A few plain values are written out, as that is faster than a digest. */
export function callKey(args: readonly unknown[]): CallKey {
  const plain = plainKey(args);
  if (plain !== null) return { key: plain };
  try {
    return { key: keyDigest(args) };
  } catch (error) {
    if (!(error instanceof NotEncodable)) throw error;
    const place = error.path ? `arguments${error.path}` : 'The argument list';
    return {
      problem: `${place} is ${error.reason}, by which calls cannot be told apart. Give a \`key\` made of what matters in the arguments.`,
    };
  }
}

const longestPlain = 100;

/** Types, lengths and texts, so that no two lists are written alike; null for lists that need a digest. */
function plainKey(args: readonly unknown[]): string | null {
  const [only] = args;
  if (args.length === 1 && typeof only === 'number') return `number ${Object.is(only, -0) ? '-0' : only}`;
  if (args.length === 1 && typeof only === 'string' && only.length < longestPlain) return `string ${only}`;
  let key = '';
  for (const arg of args) {
    const type = typeof arg;
    if ((type === 'object' && arg !== null) || type === 'function' || type === 'symbol') return null;
    const text = Object.is(arg, -0) ? '-0' : String(arg);
    key += `${type} ${text.length} ${text} `;
    if (key.length > longestPlain) return null;
  }
  return `plain ${key}`;
}
