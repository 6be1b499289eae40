import { isDeepStrictEqual } from 'node:util';
import { type CellKind, formatMarker, type Marker, parseMarker } from './marker.ts';
import { formatSql, parseSql } from './sqlText.ts';

/** A cell of a notebook file as it is shown and edited. Plain data: it survives JSON. */
export interface DocumentCell extends Marker {
  readonly kind: CellKind;
  /** What is shown, line ends as `\n`: TypeScript, Markdown without `//`, or the SQL alone. */
  readonly source: string;
  /** The variable that holds an SQL cell's table; null for other kinds. */
  readonly declares: string | null;
  /** The cell as the file has it, marker line included; null for a cell that is in no file yet. */
  readonly raw: Raw | null;
}

/** The original text, or its bytes where they are not valid UTF-8. */
export type Raw = string | { readonly base64: string };

export type LineEnd = '\n' | '\r\n' | '\r';

/** A cell that is in no file yet. */
export function newCell(cell: Partial<DocumentCell> & Pick<DocumentCell, 'kind' | 'source'>): DocumentCell {
  return { title: '', options: {}, declares: cell.kind === 'sql' ? 'query' : null, ...cell, raw: null };
}

/** The cell that a stretch of a file is. What a marker calls SQL or Markdown but is not is shown as TypeScript. */
export function readCell(raw: Raw): DocumentCell {
  const parts = split(rawText(raw));
  const marker = parts.marker === null ? UNMARKED : parseMarker(parts.marker);
  const code = withLineFeeds(parts.body);
  if (marker.kind === 'code') return { ...marker, source: code, declares: null, raw };
  if (marker.kind === 'sql') {
    const sql = parseSql(code);
    if (sql) return { ...marker, source: sql.sql, declares: sql.declares, raw };
  } else if (isComment(code)) return { ...marker, source: fromComment(code), declares: null, raw };
  const title = `[${marker.kind}] ${marker.title}`.trim(); // in the title the kind is kept when the marker is written again
  return { kind: 'code', title, options: marker.options, source: code, declares: null, raw };
}

/** Whether a cell says something else than the text it came from. */
export function isEdited(cell: DocumentCell): boolean {
  return cell.raw === null || !isDeepStrictEqual(content(readCell(cell.raw)), content(cell));
}

/** The file's text for an edited or new cell: what did not change of its marker and layout stays as it was. */
export function formatCell(cell: DocumentCell, place: { first: boolean; last: boolean; eol: LineEnd }): string {
  const old = cell.raw === null ? null : { ...split(rawText(cell.raw)), cell: readCell(cell.raw) };
  const { eol } = place;
  const body = bodyText(cell).replaceAll('\n', eol);
  const tail = old ? old.tail : place.last ? eol : eol + eol;
  if (old?.marker === null && place.first && body.trim() !== '' && isDeepStrictEqual(marker(cell), UNMARKED))
    return body + tail;
  const same = old && old.marker !== null && isDeepStrictEqual(marker(cell), marker(old.cell));
  const line = same ? old.marker : formatMarker(cell);
  const lineEnd = old?.markerEnd.replace(/^\r$/, eol) || (body === '' ? '' : eol); // a lone CR could join with what follows
  return line + lineEnd + body + tail;
}

/**
 * The TypeScript a cell stands for, each sign in its place of the file; empty for Markdown. A `;` in front is left out:
 * saving may have put it there for plain tools, and that must not make the cell another one.
 */
export function cellTypeScript(cell: DocumentCell): string {
  if (cell.kind === 'markdown') return '';
  return cell.kind === 'sql' ? bodyText(cell) : cell.source.replace(LEADING_SEMICOLON, '$1 ');
}

/** Whether a stretch of a file begins with a marker line. */
export function isMarked(raw: Raw): boolean {
  return split(rawText(raw)).marker !== null;
}

/** The text of `raw`; bytes that are not UTF-8 appear as �. */
function rawText(raw: Raw): string {
  return typeof raw === 'string' ? raw : LENIENT.decode(Buffer.from(raw.base64, 'base64'));
}

const LENIENT = new TextDecoder('utf-8', { ignoreBOM: true });
const LEADING_SEMICOLON = /^((?:\s|\/\/[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*);/;
const UNMARKED: Marker = { kind: 'code', title: '', options: {} };

interface Parts {
  /** The marker line and its line end; null and empty where the file begins without one. */
  readonly marker: string | null;
  readonly markerEnd: string;
  readonly body: string;
  /** The line ends and blank lines behind the last line that is not blank. */
  readonly tail: string;
}

function split(text: string): Parts {
  const head = /^(\/\/ %%(?: [^\r\n]*)?)(\r\n|\r|\n|$)/.exec(text);
  const rest = text.slice(head?.[0].length ?? 0);
  const end = withoutBlankEnd(rest).length;
  return { marker: head?.[1] ?? null, markerEnd: head?.[2] ?? '', body: rest.slice(0, end), tail: rest.slice(end) };
}

function marker({ kind, title, options }: Marker): Marker {
  return { kind, title, options };
}

function content(cell: DocumentCell): unknown {
  return { ...marker(cell), source: meaning(cell), declares: cell.declares };
}

/** The text without what may be left out: blank lines at the end say nothing in TypeScript and SQL. */
function meaning({ kind, source }: DocumentCell): string {
  const text = withLineFeeds(source);
  return kind === 'markdown' ? text : kind === 'sql' ? text.trimEnd() : withoutBlankEnd(text);
}

/** The text up to the end of its last line that is not blank. */
function withoutBlankEnd(text: string): string {
  const inked = text.trimEnd().length;
  const blank = text.slice(inked).search(/[\r\n]/);
  return blank < 0 ? text : text.slice(0, inked + blank);
}

/** What stands below the marker, line ends as `\n`. */
function bodyText(cell: DocumentCell): string {
  const source = meaning(cell);
  if (cell.kind === 'code') return source;
  if (cell.kind === 'markdown') return source === '' ? '' : toComment(source);
  const declares = cell.declares ?? 'query';
  const old = cell.raw === null ? null : withLineFeeds(split(rawText(cell.raw)).body);
  const oldSql = old === null ? null : parseSql(old);
  if (oldSql && oldSql.sql === source && oldSql.declares === declares) return old!;
  return formatSql({ declares, sql: source }, oldSql?.layout);
}

function withLineFeeds(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

function isComment(code: string): boolean {
  return code.split('\n').every((line) => line.startsWith('//') || line.trim() === '');
}

function fromComment(code: string): string {
  return mapLines(code, (line) => line.replace(/^\/\/ ?/, ''));
}

/** A line that would read like a marker goes behind `//` without the blank. */
function toComment(markdown: string): string {
  return mapLines(markdown, (line) => (line === '' || /^%%(?: |$)/.test(line) ? `//${line}` : `// ${line}`));
}

function mapLines(text: string, change: (line: string) => string): string {
  return text.split('\n').map(change).join('\n');
}
