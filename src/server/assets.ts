import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Handler, WebServer } from './webServer.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
};

/** Serves the files that lie in `folder` now, each under its own name: no path is ever made from a request. */
export async function serveAssets(server: WebServer, folder: string, under: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const type = TYPES[extname(name)];
    if (type) server.route('GET', `${under}${name}`, asset(join(folder, name), type), { isPublic: true });
  }
}

function asset(path: string, type: string): Handler {
  let reading: Promise<Packed> | null = null;
  return async (request, response) => {
    reading ??= pack(path);
    const { tag, encodings } = await reading;
    response.setHeader('etag', tag);
    response.setHeader('cache-control', 'public, max-age=0, must-revalidate');
    if (request.headers['if-none-match'] === tag) return void response.writeHead(304).end();
    const accepted = String(request.headers['accept-encoding'] ?? '');
    const encoding = (['br', 'gzip'] as const).find((one) => accepted.includes(one)) ?? 'identity';
    if (encoding !== 'identity') response.setHeader('content-encoding', encoding);
    response.setHeader('vary', 'accept-encoding');
    response.writeHead(200, { 'content-type': type, 'content-length': encodings[encoding].length });
    response.end(request.method === 'HEAD' ? undefined : encodings[encoding]);
  };
}

interface Packed {
  readonly tag: string;
  readonly encodings: Readonly<Record<'identity' | 'br' | 'gzip', Buffer>>;
}

async function pack(path: string): Promise<Packed> {
  const identity = await readFile(path);
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };
  const [br, gz] = await Promise.all([promisify(brotliCompress)(identity, quality), promisify(gzip)(identity)]);
  return {
    tag: `"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`,
    encodings: { identity, br, gzip: gz },
  };
}
