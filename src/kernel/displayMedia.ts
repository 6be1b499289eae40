import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { codeOf, messageOf, UserError } from '../base/errors.ts';
import { formatBytes } from '../base/format.ts';
import { type DownloadData, MIME } from '../protocol/output.ts';
import { Displayable } from './displayable.ts';

/**
 * Sound with a player.
 * @param source its bytes, or the path of a file
 * @param options its `mime`, where neither the path's ending nor the content tells
 * @throws UserError when there is no such file, or its format is unknown
 * @example
 * audio('data/call.mp3')
 */
export function audio(source: Uint8Array | string, options: { readonly mime?: string } = {}): Displayable {
  return media('audio', source, options.mime);
}

/**
 * Moving pictures with a player.
 * @param source their bytes, or the path of a file
 * @param options their `mime`, where neither the path's ending nor the content tells
 * @throws UserError when there is no such file, or its format is unknown
 * @example
 * video('data/landing.mp4')
 */
export function video(source: Uint8Array | string, options: { readonly mime?: string } = {}): Displayable {
  return media('video', source, options.mime);
}

/**
 * A button that saves something as a file.
 * @param content text, bytes, rows (saved as CSV, or as JSON where the name says so), or any value that JSON holds
 * @param name the file's name; its ending says what the rows are written as
 * @param options the button's `label`
 * @example
 * download(await byAirport.rows(), 'airports.csv')
 */
export function download(content: unknown, name: string, options: { readonly label?: string } = {}): Displayable {
  const bytes = bytesOf(content, name);
  const { label = `Download ${name}` } = options;
  const mime = TYPES[extname(name).toLowerCase()] ?? 'application/octet-stream';
  const data: DownloadData = { label, name, mime, base64: bytes.toString('base64'), bytes: bytes.length };
  const items = [
    { mime: MIME.download, data },
    { mime: MIME.text, data: `${label} (${formatBytes(bytes.length)})` },
  ];
  return new Displayable(label, () => ({ items }));
}

const TYPES: Readonly<Record<string, string>> = {
  '.mp3': 'audio/mpeg',
  '.wav': 'audio/wav',
  '.ogg': 'audio/ogg',
  '.m4a': 'audio/mp4',
  '.flac': 'audio/flac',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.csv': 'text/csv',
  '.json': 'application/json',
  '.txt': 'text/plain',
  '.md': 'text/markdown',
  '.html': 'text/html',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.pdf': 'application/pdf',
};

function media(kind: 'audio' | 'video', source: Uint8Array | string, given: string | undefined): Displayable {
  const bytes = typeof source === 'string' ? readMedia(source) : source;
  const ending = typeof source === 'string' ? TYPES[extname(source).toLowerCase()] : undefined;
  const mime = given ?? ending ?? signature(bytes);
  if (!mime?.startsWith(`${kind}/`)) {
    throw new UserError(`This is no ${kind} in a format that is known. Give it as {mime: "${kind}/…"}.`);
  }
  const text = `${kind === 'audio' ? 'Sound' : 'Video'}, ${mime.slice(6)}, ${formatBytes(bytes.length)}`;
  const items = [
    { mime, data: bytes },
    { mime: MIME.text, data: text },
  ];
  return new Displayable(text, () => ({ items }));
}

/** The format that the first bytes announce. */
function signature(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (head.startsWith('RIFF') && head.endsWith('WAVE')) return 'audio/wav';
  if (head.startsWith('OggS')) return 'audio/ogg';
  if (head.startsWith('fLaC')) return 'audio/flac';
  if (head.startsWith('ID3') || /^\xff[\xfb\xf3\xf2]/.test(head)) return 'audio/mpeg';
  if (head.startsWith('\x1a\x45\xdf\xa3')) return 'video/webm';
  return head.slice(4, 8) === 'ftyp' ? (head.slice(8, 11) === 'M4A' ? 'audio/mp4' : 'video/mp4') : undefined;
}

function readMedia(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new UserError(`There is no file "${path}".`);
    throw new UserError(`"${path}" could not be read: ${messageOf(error)}.`);
  }
}

function bytesOf(content: unknown, name: string): Buffer {
  if (typeof content === 'string') return Buffer.from(content);
  if (content instanceof Uint8Array) return Buffer.from(content);
  if (Array.isArray(content) && /\.csv$/i.test(name)) return Buffer.from(csvOf(content));
  const text = JSON.stringify(content, null, 2);
  if (text === undefined) throw new UserError(`"${basename(name)}" has no content that can be saved.`);
  return Buffer.from(text);
}

function csvOf(rows: readonly unknown[]): string {
  const records = rows.map((row) =>
    typeof row === 'object' && row !== null ? (row as Record<string, unknown>) : { value: row },
  );
  const names = [...new Set(records.flatMap((row) => Object.keys(row)))];
  const line = (cells: readonly unknown[]) => cells.map(csvCell).join(',');
  return `${[line(names), ...records.map((row) => line(names.map((name) => row[name])))].join('\r\n')}\r\n`;
}

function csvCell(value: unknown): string {
  const text =
    value === null || value === undefined
      ? ''
      : value instanceof Date
        ? value.toISOString()
        : typeof value === 'object'
          ? JSON.stringify(value)
          : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
