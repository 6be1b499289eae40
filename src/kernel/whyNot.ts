import { NotEncodable } from '../cache/notEncodable.ts';

/** Why encoding a value failed: it cannot be stored, or it is nested deeper than the stack reaches. Throws any other error. */
export function whyNot(error: unknown): string {
  if (error instanceof NotEncodable) return error.message;
  if (error instanceof Error && /stack/i.test(error.message))
    return 'The value cannot be stored: it is nested too deeply.';
  throw error;
}
