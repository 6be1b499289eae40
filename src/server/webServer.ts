import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { codeOf, UserError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { type Access, bracketed } from './access.ts';

/** Answers one request. */
export type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void | Promise<void>;
/** Takes over the connection of a request that wants to speak WebSocket. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface WebServerOptions {
  readonly access: Access;
  readonly log: Log;
}

export interface RouteOptions {
  /** Without the token only what is the same for everybody is served. */
  readonly isPublic?: boolean;
}

/** What every answer carries unless a handler says otherwise. */
const HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** An HTTP server on fixed paths that turns away strangers before any handler hears of them. */
export class WebServer {
  readonly #options: WebServerOptions;
  readonly #server: Server;
  readonly #routes = new Map<string, RouteOptions & { readonly handler: Handler }>();
  readonly #upgrades = new Map<string, UpgradeHandler>();

  constructor(options: WebServerOptions) {
    this.#options = options;
    this.#server = createServer({ maxHeaderSize: 16_384, headersTimeout: 10_000, requestTimeout: 30_000 });
    this.#server.on('request', (request, response) => void this.#answer(request, response));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#server.on('clientError', (_error, socket) => socket.destroy());
  }

  /** Answers requests for exactly this method and path. */
  route(method: 'GET' | 'POST', path: string, handler: Handler, options: RouteOptions = {}): void {
    this.#routes.set(`${method} ${path}`, { handler, ...options });
  }

  upgrade(path: string, handler: UpgradeHandler): void {
    this.#upgrades.set(path, handler);
  }

  /** The header that leaves the token with a reader. */
  get cookie(): string {
    return this.#options.access.cookie(this.#cookieName);
  }

  /**
   * Begins to listen; gives the address.
   * @throws UserError when the port is taken or may not be used
   */
  async listen(port: number, host: string): Promise<URL> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => reject(listenError(error, port, host)));
      this.#server.listen(port, host, resolve);
    });
    return new URL(`http://${bracketed(host)}:${this.#port}/`);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  /** Cookies of one host are shared by all its ports. */
  get #cookieName(): string {
    return `memoir-${this.#port}`;
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0; // listens on TCP only
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    try {
      const { access } = this.#options;
      if (!access.knowsHost(request)) return refuse(response, 421, 'This server does not go by that name.');
      if (!access.isOwnPage(request)) return refuse(response, 403, 'Pages of other servers are not answered.');
      const url = urlOf(request);
      const route = url && this.#routes.get(`${request.method === 'HEAD' ? 'GET' : request.method} ${url.pathname}`);
      if (!route) return refuse(response, 404, 'There is nothing here.');
      if (!route.isPublic && !access.hasToken(request, url, this.#cookieName)) {
        return refuse(response, 401, 'Open the address with the token that was printed when this was started.');
      }
      await route.handler(request, response, url);
    } catch (error) {
      this.#options.log.error(`A request for ${request.url} could not be answered.`, error);
      if (!response.headersSent) refuse(response, 500, 'Something went wrong.');
      else response.destroy();
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { access } = this.#options;
    const url = urlOf(request);
    const handler = url && this.#upgrades.get(url.pathname);
    socket.on('error', () => socket.destroy());
    if (!handler) turnAway(socket, '404 Not Found');
    else if (!access.knowsHost(request)) turnAway(socket, '421 Misdirected Request');
    else if (!access.isOwnPage(request)) turnAway(socket, '403 Forbidden');
    else if (!access.hasToken(request, url, this.#cookieName)) turnAway(socket, '401 Unauthorized');
    else handler(request, socket, head);
  }
}

function urlOf({ url = '' }: IncomingMessage): URL | null {
  return url.startsWith('/') && URL.canParse(url, 'http://server') ? new URL(url, 'http://server') : null;
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${sentence}\n`);
}

function turnAway(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function listenError(error: Error, port: number, host: string): Error {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new UserError(`Port ${port} is taken. Choose another with --port, or leave it out.`);
    case 'EACCES':
      return new UserError(`Port ${port} may not be used by you. Choose one above 1023 with --port.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new UserError(`This machine has no address ${host}. Choose another with --host.`);
    default:
      return error;
  }
}
