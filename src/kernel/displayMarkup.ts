import { inspect } from 'node:util';
import { MIME } from '../protocol/output.ts';
import { Displayable } from './displayable.ts';

/** Markdown to be shown; inside another `md` it keeps its meaning. */
export class Markdown extends Displayable {
  readonly source: string;
  constructor(source: string) {
    super(source, () => ({
      items: [
        { mime: MIME.markdown, data: source },
        { mime: MIME.text, data: source },
      ],
    }));
    this.source = source;
  }
}

/** HTML to be shown in a frame of its own, without access to the page or the network. */
export class Html extends Displayable {
  readonly source: string;
  constructor(source: string) {
    const text = htmlText(source);
    super(text, () => ({
      items: [
        { mime: MIME.sandboxedHtml, data: { html: source } },
        { mime: MIME.text, data: text },
      ],
    }));
    this.source = source;
  }
}

/**
 * Markdown from a template or a text. Common indentation is taken off; values stand as plain text, with the signs
 * escaped that Markdown would read; other `md` values and lists of them are inserted as they are.
 * @example
 * md`The worst is **${worst.origin}**, ${worst.delay} minutes late.`
 */
export function md(text: TemplateStringsArray | string, ...values: readonly unknown[]): Markdown {
  return new Markdown(compose(text, values, markdownText));
}

/**
 * HTML from a template or a text; values are escaped, other `html` values and lists of them inserted as they are. It is
 * shown in a frame that runs scripts but reaches neither the page nor the network.
 * @example
 * html`<ul>${names.map((name) => html`<li>${name}</li>`)}</ul>`
 */
export function html(text: TemplateStringsArray | string, ...values: readonly unknown[]): Html {
  return new Html(compose(text, values, (value) => htmlValue(value)));
}

/** Joins a template's literal parts, dedented, with its values; `insert` sees what stands before a value. */
function compose(
  text: TemplateStringsArray | string,
  values: readonly unknown[],
  insert: (value: unknown, before: string) => string,
): string {
  const parts = dedent(typeof text === 'string' ? [text] : text.map((part, i) => part ?? text.raw[i] ?? ''));
  return parts.reduce((before, part, i) => before + insert(values[i - 1], before) + part);
}

/** Takes off the indentation that all lines of a template share, and blank lines around it. */
function dedent(parts: readonly string[]): string[] {
  const lines = parts.join('\0').split('\n').slice(1); // the first line begins behind the quote
  const indents = lines.filter((line) => line.trim()).map((line) => /^[ \t]*/.exec(line)![0].length);
  const indent = indents.length > 0 ? Math.min(...indents) : 0;
  const stripped =
    indent > 0 ? parts.map((part) => part.replaceAll(new RegExp(`\n[ \\t]{1,${indent}}`, 'g'), '\n')) : [...parts];
  stripped[0] = stripped[0]!.replace(/^[ \t]*\n/, '');
  stripped[stripped.length - 1] = stripped.at(-1)!.trimEnd();
  return stripped;
}

function markdownText(value: unknown, before: string): string {
  if (value instanceof Markdown) return value.source;
  if (Array.isArray(value)) {
    const separator = value.every((item) => item instanceof Markdown) ? '\n' : ', ';
    return value.map((item) => markdownText(item, before)).join(separator);
  }
  const text = plainText(value);
  if (isInsideCode(before)) return text.replaceAll('`', "'");
  return text
    .replace(/[\\`*_[\]{}|#~$]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

/** Whether Markdown written so far ends inside back-ticks. */
function isInsideCode(before: string): boolean {
  return (before.replaceAll('\\`', '').match(/`+/g) ?? []).length % 2 === 1;
}

function htmlValue(value: unknown): string {
  if (value instanceof Html) return value.source;
  if (Array.isArray(value)) return value.map(htmlValue).join('');
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return plainText(value).replace(/[&<>"']/g, (sign) => entities[sign]!);
}

function plainText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (typeof value !== 'object' || value instanceof Displayable) return String(value);
  return inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 2 });
}

function htmlText(source: string): string {
  const text = source
    .replace(/<(script|style)\b.*?<\/\1\s*>/gis, '')
    .replace(/<\/?(p|div|h[1-6]|li|tr|br|table|ul|ol|section)\b[^>]*>/gi, '\n')
    .replace(/<[^>]*>/g, '');
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ' };
  const read = text.replace(/&(amp|lt|gt|quot|nbsp|#39);/g, (_, name: string) => entities[name] ?? "'");
  return read.replace(/[ \t]*\n\s*/g, '\n').trim();
}
