import { type Query, walk } from './query.ts';

/** What gives another result each time, or tells of things that no fingerprint holds. */
const FICKLE =
  /\b(random|setseed|uuid|uuidv4|uuidv7|gen_random_uuid|now|today|get_current_\w+|transaction_timestamp|nextval|currval|txid_current|version|getenv|glob|current_setting|duckdb_\w+|pragma_\w+)\s*\(|\b(current_(date|time|timestamp|localtime|localtimestamp)|localtime|localtimestamp|information_schema|tablesample|using\s+sample)\b/i;

/** Whether the reader's own text asks for something that must be asked anew each time. */
export function isFickle(query: Query): boolean {
  for (const part of walk(query)) if (part.written && part.texts.some((text) => FICKLE.test(text))) return true;
  return false;
}
