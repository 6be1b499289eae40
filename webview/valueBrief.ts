import type { ValueNode } from '../src/protocol/output.ts';

const MAX = 80;

/** The beginning of a folded value on one line: `{x: 1, y: Array(3), …}`. */
export function briefEntries(node: ValueNode): string {
  const entries = node.entries ?? [];
  const isList = entries.every(({ key }, i) => key === String(i));
  const parts: string[] = [];
  let length = 0;
  for (const { key, value } of entries) {
    const text = value.preview.length > 30 ? `${value.preview.slice(0, 29)}…` : value.preview;
    const part = isList ? text : `${key}: ${text}`;
    if (length + part.length > MAX) break;
    parts.push(part);
    length += part.length + 2;
  }
  if (parts.length < entries.length || node.more) parts.push('…');
  return isList ? `[${parts.join(', ')}]` : `{${parts.join(', ')}}`;
}
