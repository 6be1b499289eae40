import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { durationOf } from '../base/duration.ts';
import { messageOf, UserError } from '../base/errors.ts';
import { apart } from '../base/program.ts';
import type { KeptFolders } from './keptFolders.ts';
import { ENDINGS, formatOf, publishImpure } from './source.ts';
import { TransientError } from './transient.ts';

/** How something is fetched from the network. */
export interface DownloadOptions {
  /** How long a download is used before the server is asked again, such as `'1h'`; it is always asked unless given. */
  readonly ttl?: number | string;
  /** Sent with the request, such as `{authorization: 'Bearer …'}`; never kept. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Stops loading; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told how much has arrived, of how much where the server says so. */
  readonly onProgress?: (progress: { readonly bytes: number; readonly totalBytes: number | null }) => void;
}

/** What is known of an address since it was last asked. */
interface Known {
  readonly checkedAt: number;
  readonly etag: string | null;
  readonly modified: string | null;
  /** Where the content is kept, by its digest. */
  readonly folder: string;
  readonly file: string;
}

/** The file that holds what an address gives; fetched only where that was changed since, as the server tells. */
export async function download(kept: KeptFolders, url: URL, options: DownloadOptions): Promise<string> {
  publishImpure('network'); // also when nothing is asked now: another day it may be
  const ttl = options.ttl === undefined ? 0 : durationOf('ttl', options.ttl);
  const { headers, ...plain } = requestOf(url, options.headers ?? {});
  const key = createHash('sha256')
    .update(JSON.stringify([plain.address, headers]))
    .digest('hex')
    .slice(0, 32);
  return apart(async () => {
    const note = join(kept.root, `${key}.json`);
    const known = await readKnown(note);
    const present = known && (await kept.find(known.folder));
    if (present && Date.now() - known.checkedAt < ttl) return join(present, known.file);
    const response = await ask(plain.address, { ...headers, ...(present ? conditions(known) : {}) }, options.signal);
    const isSame = response.status === 304 && present;
    const now = isSame ? known : await take(kept, url, response, options);
    await writeWhole(note, JSON.stringify({ ...now, checkedAt: Date.now() }));
    return join(kept.root, now.folder, now.file);
  });
}

/** Names and passwords leave the address, where they could be seen, for the header that is meant for them. */
function requestOf(url: URL, headers: Readonly<Record<string, string>>) {
  const plain = new URL(url);
  const { username, password } = plain;
  plain.username = '';
  plain.password = '';
  plain.hash = '';
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  return { address: plain.href, headers: { ...(username && { authorization: `Basic ${login}` }), ...headers } };
}

function conditions({ etag, modified }: Known): Record<string, string> {
  return { ...(etag && { 'if-none-match': etag }), ...(modified && { 'if-modified-since': modified }) };
}

async function ask(
  address: string,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, { headers, ...(signal && { signal }) });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new TransientError(`${shown(address)} cannot be reached: ${reasonOf(cause)}.`, { cause });
  }
  if (response.ok || response.status === 304) return response;
  await response.body?.cancel();
  const answer = `${shown(address)} answered ${`${response.status} ${response.statusText}`.trim()}.`;
  if (response.status >= 500 || [408, 425, 429].includes(response.status)) throw new TransientError(answer);
  throw new UserError(answer);
}

/** Writes the answer into a folder that is kept under the digest of its content. */
async function take(
  kept: KeptFolders,
  url: URL,
  response: Response,
  { signal, onProgress }: DownloadOptions,
): Promise<Known> {
  const { headers, body } = response;
  const length = headers.get('content-encoding') === null ? headers.get('content-length') : null; // else it is of what was packed
  const totalBytes = length === null ? null : Number(length);
  const hash = createHash('sha256');
  let bytes = 0;
  const seen = new Transform({
    transform(chunk: Uint8Array, _, done) {
      hash.update(chunk);
      bytes += chunk.length;
      onProgress?.({ bytes, totalBytes });
      done(null, chunk);
    },
  });
  let file = '';
  const path = await kept.keep(async (draft) => {
    const content = join(draft, 'content');
    try {
      await pipeline(
        Readable.fromWeb(body as import('node:stream/web').ReadableStream),
        seen,
        createWriteStream(content),
        { signal },
      );
    } catch (cause) {
      signal?.throwIfAborted();
      throw new TransientError(`${shown(url.href)} broke off after ${bytes} bytes: ${reasonOf(cause)}.`, { cause });
    }
    file = `content${await endingOf(content, url, headers.get('content-type') ?? '')}`;
    await rename(content, join(draft, file));
    return `${hash.digest('hex').slice(0, 32)}${file.slice('content'.length)}`;
  });
  return {
    checkedAt: 0,
    etag: headers.get('etag'),
    modified: headers.get('last-modified'),
    folder: basename(path),
    file,
  };
}

/** The ending by which the format is known: that of the address, else by what the server says. */
async function endingOf(path: string, url: URL, type: string): Promise<string> {
  const packed = await packing(path);
  if (formatOf(url.pathname)) return `${/\.[a-z]+3?(?=(\.(gz|zst))?$)/i.exec(url.pathname)![0].toLowerCase()}${packed}`;
  const by = [...Object.keys(ENDINGS)].find((ending) =>
    new RegExp(`[/.+-]${ending}\\b`).test(
      type.replace('tab-separated-values', 'tsv').replace('spreadsheetml.sheet', 'x.xlsx'),
    ),
  );
  return by ? `.${by}${packed}` : '';
}

/** Whether the content itself is packed, as an address may end in `.gz` whose content was unpacked on its way. */
async function packing(path: string): Promise<'' | '.gz' | '.zst'> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    const start = buffer.toString('hex', 0, bytesRead);
    return start.startsWith('1f8b') ? '.gz' : start === '28b52ffd' ? '.zst' : '';
  } finally {
    await file.close();
  }
}

async function readKnown(path: string): Promise<Known | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Known; // written by `download`
  } catch {
    return null; // never asked before, or half written by a program that was ended
  }
}

async function writeWhole(path: string, content: string): Promise<void> {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, content);
  await rename(draft, path);
}

/** An address without what may be secret in it. */
function shown(address: string): string {
  const { origin, pathname } = new URL(address);
  return origin + pathname;
}

/** `fetch` says only that it failed; why stands in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return (
    messageOf(cause ?? error) || String((cause as { code?: unknown } | undefined)?.code ?? 'no reason given')
  ).replace(/\.*$/, '');
}
