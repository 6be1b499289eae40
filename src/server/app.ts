import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Disposable } from '../base/disposable.ts';
import type { Log } from '../base/log.ts';
import type { KernelClient } from '../kernel/client.ts';
import type { Session } from '../notebook/session.ts';
import { type AppMessage, CLOSED, MAX_MESSAGE } from '../protocol/app.ts';
import type { Kernel } from '../protocol/kernel.ts';
import { readMessage } from './appMessage.ts';
import { PATHS, servePage } from './appPage.ts';
import { type AppLine, AppSession, type ServedNotebook } from './appSession.ts';
import { AppSessions } from './appSessions.ts';
import { serveAssets } from './assets.ts';
import { KernelPool } from './kernelPool.ts';
import { TokenBucket } from './tokenBucket.ts';
import type { WebServer } from './webServer.ts';

export interface AppOptions {
  readonly notebook: ServedNotebook;
  /** Opens the notebook once more, for one reader. */
  readonly openSession: (reader: {
    readonly widgets: Map<string, unknown>;
    readonly share: (kernel: KernelClient) => Kernel;
  }) => Session;
  /** Folder of the page's scripts. */
  readonly assets: string;
  readonly maxSessions: number;
  readonly maxKernels: number;
  readonly idleMs: number;
  readonly log: Log;
}

/** A session waits this long for a page that is gone. */
const AWAY_MS = 120_000;
/** What a page may say: a slider posts sixty moves a second. */
const MESSAGES = { perSecond: 120, burst: 600 };
const BYTES = { perSecond: 4e6, burst: 2 * MAX_MESSAGE };
/** A page that has not taken this much yet is told the rest later. */
const MAX_UNSENT = 4e6;
const HELLO_MS = 10_000;
const PING_MS = 20_000;

/** A notebook as a web app: one session for each reader, all of them with one cache and few kernels. */
export class App implements Disposable {
  readonly #options: AppOptions;
  readonly #sessions: AppSessions;
  readonly #kernels: KernelPool;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE,
    perMessageDeflate: { threshold: 4096, concurrencyLimit: 4, zlibDeflateOptions: { level: 3 } },
  });
  readonly #pages = new Map<AppSession, WebSocket>();
  readonly #ping: NodeJS.Timeout;
  #notebook: ServedNotebook;

  constructor(options: AppOptions) {
    this.#options = options;
    this.#notebook = options.notebook;
    this.#kernels = new KernelPool(options.maxKernels);
    this.#sessions = new AppSessions({
      make: (widgets) => this.#make(widgets),
      max: options.maxSessions,
      idleMs: options.idleMs,
      awayMs: Math.min(AWAY_MS, options.idleMs),
      onIdle: (session) => this.#pages.get(session)?.close(CLOSED.idle),
    });
    this.#ping = setInterval(() => this.#pingAll(), PING_MS).unref();
  }

  /** How much is going on. */
  get load(): { readonly sessions: number; readonly pages: number; readonly kernels: number } {
    return { sessions: this.#sessions.all.length, pages: this.#pages.size, kernels: this.#kernels.processes };
  }

  /** Adds the app to a server. */
  async serve(server: WebServer): Promise<void> {
    servePage(server, () => this.#notebook.page.title);
    await serveAssets(server, this.#options.assets, PATHS.assets);
    server.upgrade(PATHS.live, (request, socket, head) => this.#accept(request, socket, head));
  }

  /** Goes on with the notebook as it is now, for all readers. */
  update(notebook: ServedNotebook): void {
    this.#notebook = notebook;
    for (const session of this.#sessions.all) session.update(notebook);
  }

  dispose(): void {
    clearInterval(this.#ping);
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sessions.dispose();
    this.#sockets.close();
  }

  #make(widgets: Readonly<Record<string, unknown>>): AppSession {
    const states = new Map(Object.entries(widgets));
    let kernel: ReturnType<KernelPool['share']> | null = null;
    const session = this.#options.openSession({
      widgets: states,
      share: (client) => {
        kernel = this.#kernels.share(client);
        return kernel;
      },
    });
    return new AppSession({
      session,
      widgets: states,
      notebook: this.#notebook,
      onRest: () => kernel?.release(),
      onError: (error) => this.#options.log.error('A session of the app had a problem.', error),
    });
  }

  #accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sockets.handleUpgrade(request, socket, head, (page) => {
      const name = randomBytes(4).toString('hex');
      this.#options.log.debug(`Page ${name} is here.`);
      page.on('error', (error) => this.#options.log.debug(`Page ${name}: ${error.message}`)); // it closes then
      this.#listen(page);
    });
  }

  /** Hears what a page says, within limits; the first word of it must be `open`. */
  #listen(page: WebSocket): void {
    const [messages, bytes] = [new TokenBucket(MESSAGES), new TokenBucket(BYTES)];
    const hello = setTimeout(() => page.close(CLOSED.limit, 'Nothing was said.'), HELLO_MS);
    let leave: (() => void) | null = null;
    let session: AppSession | null = null;
    (page as Alive).isAlive = true;
    page.on('pong', () => {
      (page as Alive).isAlive = true;
    });
    page.on('message', (data, isBinary) => {
      const message = isBinary ? null : readMessage(textOf(data));
      const isWithin = messages.take() && bytes.take(lengthOf(data));
      if (!message || !isWithin) return page.close(CLOSED.limit, message ? 'Too much at once.' : 'Not understood.');
      if (session) return session.hear(message);
      if (message.type !== 'open') return page.close(CLOSED.limit, 'Not understood.');
      clearTimeout(hello);
      session = this.#sessions.open(message);
      if (!session) return page.close(CLOSED.full);
      leave = this.#join(session, page, message);
    });
    page.on('close', () => {
      clearTimeout(hello);
      leave?.();
    });
  }

  #join(session: AppSession, page: WebSocket, message: Extract<AppMessage, { type: 'open' }>): () => void {
    this.#pages.get(session)?.terminate(); // the same page, from before a drop that nobody noticed
    this.#pages.set(session, page);
    const line: AppLine = {
      post: (event) => page.readyState === page.OPEN && page.send(JSON.stringify(event)),
      get isReady() {
        return page.bufferedAmount < MAX_UNSENT;
      },
    };
    void session.attach(line, message);
    return () => {
      session.detach(line);
      if (this.#pages.get(session) === page) this.#pages.delete(session);
    };
  }

  /** Pages that are gone without a word are noticed by their silence. */
  #pingAll(): void {
    for (const page of this.#sockets.clients as Set<Alive>) {
      if (!page.isAlive) page.terminate();
      else {
        page.isAlive = false;
        page.ping();
      }
    }
  }
}

type Alive = WebSocket & { isAlive?: boolean };

function textOf(data: RawData): string {
  return Buffer.isBuffer(data)
    ? data.toString()
    : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]).toString();
}

function lengthOf(data: RawData): number {
  return Array.isArray(data) ? data.reduce((sum, part) => sum + part.length, 0) : data.byteLength;
}
