import CachePolicy from 'http-cache-semantics';
import type { Cache } from './cache.ts';
import { openCache } from './openCache.ts';
import { keyedDigest } from './seal.ts';

/**
 * How `cachedFetch` works.
 * @example
 * const cache = openCache({ namespace: 'rates' });
 * const response = await cachedFetch('https://api.example/rates', {}, { cache });
 */
export interface CachedFetchOptions {
  /** Where responses are kept; the program's cache unless given. */
  readonly cache?: Cache;
  /** What asks the server; the global `fetch` unless given. */
  readonly fetch?: typeof fetch;
}

/** A response as it is kept. */
interface Kept {
  readonly policy: CachePolicy.CachePolicyObject;
  readonly status: number;
  readonly statusText: string;
  readonly body: Uint8Array;
}

const keptFor = 30 * 86_400_000; // ms: what is stale can still be asked about, and serve when the server fails
const neverHeld = new Set([101, 204, 205, 304]); // without a body
const running = new Map<string, Promise<Response>>();
let programCache: Cache | null = null;

/**
 * `fetch` that keeps responses as HTTP says: for as long as `Cache-Control` and `Expires` allow, then asks with `ETag` or
 * `Last-Modified` whether they still hold; `stale-while-revalidate` and `stale-if-error` count, and so does `Vary`. Calls for
 * one address at a time share one request. Requests that change something (POST and its like) are passed on, and what is
 * kept of their address is removed. The header `x-memoir-cache` says `hit`, `revalidated`, `stale` or `miss`.
 * Keys hold the address; credentials are kept as digests only.
 * @throws what `fetch` throws where nothing may be used instead.
 * @example
 * const rates = await (await cachedFetch('https://api.example/rates')).json();
 */
export async function cachedFetch(
  input: string | URL | Request,
  init?: RequestInit,
  { cache = defaultCache(), fetch: ask = fetch }: CachedFetchOptions = {},
): Promise<Response> {
  const request = new Request(input, init);
  if (request.method !== 'GET') {
    const response = await ask(request);
    if (response.ok && request.method !== 'HEAD') await cache.invalidate({ prefix: `GET ${request.url} ` });
    return response;
  }
  const key = keyOf(request);
  const kept = request.cache === 'no-store' || request.cache === 'reload' ? undefined : await cache.get<Kept>(key);
  const policy = kept && CachePolicy.fromObject(structuredClone(kept.policy));
  const evaluated = policy?.evaluateRequest(described(request));
  if (kept && evaluated?.response) {
    // what is kept may be served while it is renewed; the next request tries again
    if (evaluated.revalidation) void renew(cache, ask, request, key, kept).catch(() => {});
    return restored(kept, evaluated.response.headers, evaluated.revalidation ? 'stale' : 'hit');
  }
  return shared(key, request, () => renew(cache, ask, request, key, kept));
}

/** Asks the server, for all who ask for the same meanwhile. */
async function shared(key: string, request: Request, work: () => Promise<Response>): Promise<Response> {
  const flight = running.get(key);
  if (flight && request.signal.aborted === false) return (await flight).clone();
  const started = work();
  running.set(key, started);
  try {
    return (await started).clone();
  } finally {
    running.delete(key);
  }
}

/** Asks the server, with what is known of the last answer, and keeps the new one where that is allowed. */
async function renew(
  cache: Cache,
  ask: typeof fetch,
  request: Request,
  key: string,
  kept: Kept | undefined,
): Promise<Response> {
  const policy = kept && CachePolicy.fromObject(structuredClone(kept.policy));
  const headers = policy ? plainHeaders(policy.revalidationHeaders(described(request))) : request.headers;
  let response: Response;
  try {
    response = await ask(new Request(request.url, { headers, signal: request.signal, redirect: request.redirect }));
  } catch (error) {
    const stale = policy?.revalidatedPolicy(described(request), { status: 503, headers: {} });
    if (kept && stale && !stale.modified && request.signal.aborted === false)
      return restored(kept, stale.policy.responseHeaders(), 'stale');
    throw error;
  }
  const answer = { status: response.status, headers: Object.fromEntries(response.headers) };
  const revalidated = policy?.revalidatedPolicy(described(request), answer);
  if (kept && revalidated && !revalidated.modified) {
    const next = { ...kept, policy: revalidated.policy.toObject() };
    if (response.status === 304) await keep(cache, key, next);
    return restored(kept, revalidated.policy.responseHeaders(), response.status === 304 ? 'revalidated' : 'stale');
  }
  const fresh = new CachePolicy(described(request), answer, { shared: false });
  if (!fresh.storable() || response.status === 206) return marked(response, 'miss');
  const { status, statusText } = response;
  const next = { policy: fresh.toObject(), status, statusText, body: new Uint8Array(await response.arrayBuffer()) };
  await keep(cache, key, next);
  return restored(next, answer.headers, 'miss');
}

function keep(cache: Cache, key: string, kept: Kept): Promise<void> {
  const policy = CachePolicy.fromObject(structuredClone(kept.policy));
  return cache.set(key, kept, { ttl: Math.max(keptFor, policy.timeToLive()), tags: ['http'] });
}

function restored({ status, statusText, body }: Kept, headers: CachePolicy.Headers, how: string): Response {
  const kept = plainHeaders(headers);
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) kept.delete(name); // of what was on the wire
  const response = new Response(neverHeld.has(status) ? null : Buffer.from(body), {
    status,
    statusText,
    headers: kept,
  });
  return marked(response, how);
}

function marked(response: Response, how: string): Response {
  const headers = new Headers(response.headers);
  headers.set('x-memoir-cache', how);
  const { status, statusText } = response;
  return new Response(neverHeld.has(status) ? null : response.body, { status, statusText, headers });
}

function described(request: Request): CachePolicy.Request {
  return { url: request.url, method: request.method, headers: Object.fromEntries(request.headers) };
}

function plainHeaders(headers: CachePolicy.Headers): Headers {
  const plain = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const one of [value ?? []].flat()) plain.append(name, one);
  }
  return plain;
}

/** The address, and who asks. */
function keyOf(request: Request): string {
  const who = ['authorization', 'cookie'].map((name) => request.headers.get(name)).filter((it) => it !== null);
  const varied = ['accept', 'accept-language'].map((name) => request.headers.get(name) ?? '');
  return `GET ${request.url} ${keyedDigest(JSON.stringify([who, varied])).slice(0, 16)}`;
}

function defaultCache(): Cache {
  programCache ??= openCache({ namespace: 'http' });
  return programCache;
}
