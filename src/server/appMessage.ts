import type { AppMessage } from '../protocol/app.ts';

/** More names than this no page has. */
const MAX_NAMES = 500;
const MAX_NAME = 200;
/** No browser sends a longer address. */
const MAX_TEXT = 16_000;
const MAX_DEPTH = 24;
/** More rows of a table no page asks for at once. */
const MAX_ROWS = 100_000;

/** What a page says; null for anything that no page of ours would say. */
export function readMessage(text: string): AppMessage | null {
  const message = parse(text);
  if (!isRecord(message)) return null;
  const { type, session, page, widgets, address, name, value, cell, pages, from, count } = message;
  switch (type) {
    case 'open':
      if (!(session === null || isName(session)) || !isName(page)) return null;
      if (!isNamed(widgets) || !isNamed(address) || !Object.values(address).every(isShort)) return null;
      if (!Object.values(widgets).every((one) => isShallow(one))) return null;
      return { type, session, page, widgets, address: address as Record<string, string> }; // just checked
    case 'widget':
      return isName(name) && 'value' in message && isShallow(value) ? { type, name, value } : null;
    case 'rows':
      return isName(pages) && isCount(from) && isCount(count)
        ? { type, pages, from, count: Math.min(count, MAX_ROWS) }
        : null;
    case 'run':
      return isName(cell) ? { type, cell } : null;
    case 'ready':
    case 'stop':
    case 'reset':
      return { type };
    default:
      return null; // what only an editor hears, too
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isShort(value: unknown): value is string {
  return isText(value) && value.length <= MAX_TEXT;
}

function isName(value: unknown): value is string {
  return isText(value) && value !== '' && value.length <= MAX_NAME && value !== '__proto__';
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isNamed(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && Object.keys(value).length <= MAX_NAMES && Object.keys(value).every(isName);
}

/** Whether a value is nested no deeper than any widget's, so that nobody who walks through it gets lost. */
function isShallow(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth < MAX_DEPTH && Object.values(value).every((one) => isShallow(one, depth + 1));
}
