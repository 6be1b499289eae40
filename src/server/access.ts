import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { hostname, networkInterfaces } from 'node:os';

export interface AccessOptions {
  /** What a reader must bring. */
  readonly token: string;
  /** The address that is listened on. */
  readonly host: string;
  /** Names under which readers may reach it, beside its own. */
  readonly allowedHosts?: readonly string[];
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Decides who may come in: under which host name, from which page, and with which token. */
export class Access {
  readonly #token: string;
  readonly #hosts: ReadonlySet<string>;

  constructor({ token, host, allowedHosts = [] }: AccessOptions) {
    this.#token = token;
    const own = isLoopback(host) ? LOOPBACK : [...LOOPBACK, bracketed(host), ...machineNames()];
    this.#hosts = new Set([...own, ...allowedHosts].map((name) => name.toLowerCase()));
  }

  /** Whether the request names a host that this server is: a page elsewhere cannot give itself its name. */
  knowsHost({ headers }: IncomingMessage): boolean {
    const url = URL.canParse(`http://${headers.host}`) ? new URL(`http://${headers.host}`) : null;
    return url !== null && this.#hosts.has(url.hostname);
  }

  /** Whether the request comes from a page of this server, or from no page at all. */
  isOwnPage({ headers }: IncomingMessage): boolean {
    if (headers.origin === undefined) return true;
    return URL.canParse(headers.origin) && new URL(headers.origin).host === headers.host;
  }

  /** Whether the request brings the token: in its address, as a bearer token, or in the cookie called `cookie`. */
  hasToken(request: IncomingMessage, url: URL, cookie: string): boolean {
    const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const kept = request.headers.cookie?.split('; ').find((one) => one.startsWith(`${cookie}=`));
    const brought = [url.searchParams.get('token'), bearer, decode(kept?.slice(cookie.length + 1))];
    return brought.some((token) => typeof token === 'string' && this.#isToken(token));
  }

  /** The header that leaves the token with a reader who brought it, under the name `cookie`. */
  cookie(cookie: string): string {
    return `${cookie}=${encodeURIComponent(this.#token)}; Path=/; HttpOnly; SameSite=Lax`;
  }

  #isToken(text: string): boolean {
    return timingSafeEqual(digest(text), digest(this.#token)); // of equal length, whatever was brought
  }
}

/** Whether only this machine can reach an address. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(bracketed(host)) || /^127\./.test(host);
}

/** A host as an address has it: IPv6 in brackets. */
export function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

function machineNames(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return [hostname(), ...addresses.map(({ address }) => bracketed(address))];
}

function decode(text: string | undefined): string | null {
  try {
    return text === undefined ? null : decodeURIComponent(text);
  } catch {
    return null;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
