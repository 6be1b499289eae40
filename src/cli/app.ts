import { randomBytes } from 'node:crypto';
import { watch } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDuration } from '../base/duration.ts';
import { findWorkspace } from '../base/program.ts';
import { version } from '../base/version.ts';
import { openSession } from '../kernel/openSession.ts';
import { appPage } from '../notebook/appView.ts';
import { Access, isLoopback } from '../server/access.ts';
import { App } from '../server/app.ts';
import type { ServedNotebook } from '../server/appSession.ts';
import { pageWithPictures } from '../server/pagePictures.ts';
import { WebServer } from '../server/webServer.ts';
import { readArguments, readInteger, UsageError } from './arguments.ts';
import type { Command } from './command.ts';
import { consoleLog, openWorkspaceStore, readEnvironment } from './environment.ts';
import { cellId, measure, placedCells, readNotebookFile } from './notebook.ts';

/** `memoir app`: serves a notebook as a web page until it is interrupted. */
export const app: Command = {
  summary: 'serve a notebook as a web page: outputs and widgets, without code',
  usage:
    'memoir app <notebook> [--port n] [--host address] [--token text] [--allow-host name]… [--sessions n] [--kernels n] [--idle time] [--watch] [--json]',
  async run(args) {
    const { values, positionals } = readArguments(
      args,
      {
        port: { type: 'string' },
        host: { type: 'string', default: '127.0.0.1' },
        token: { type: 'string' },
        'allow-host': { type: 'string', multiple: true, default: [] },
        sessions: { type: 'string' },
        kernels: { type: 'string' },
        idle: { type: 'string', default: '30m' },
        watch: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
      1,
    );
    const idleMs = parseDuration(values.idle);
    if (!idleMs) throw new UsageError(`--idle wants a time such as 90s, 30m or 2h; got "${values.idle}".`);
    const served = await serveApp(positionals[0]!, {
      port: readPort(values.port),
      host: values.host,
      idleMs,
      allowedHosts: values['allow-host'],
      maxSessions: readCount('sessions', values.sessions) ?? 200,
      maxKernels: readCount('kernels', values.kernels) ?? 8,
      watch: values.watch,
      ...(values.token !== undefined && { token: values.token }),
    });
    const url = served.url.href;
    console.log(
      values.json ? JSON.stringify({ url, pid: process.pid }) : told(basename(positionals[0]!), url, values.host),
    );
    await interrupted();
    await served.close();
    return 0;
  },
};

export interface ServeOptions {
  readonly port?: number;
  readonly host?: string;
  readonly token?: string;
  readonly allowedHosts?: readonly string[];
  readonly maxSessions?: number;
  readonly maxKernels?: number;
  readonly idleMs?: number;
  /** Go on with the notebook whenever its file is saved. */
  readonly watch?: boolean;
  /** Folder of the built bundles. */
  readonly dist?: string;
}

/** A notebook that is served. */
export interface ServedApp {
  /** Where it is, token included. */
  readonly url: URL;
  readonly app: App;
  close(): Promise<void>;
}

/** Serves a notebook. @throws UserError when the file cannot be read, or the address not be used */
export async function serveApp(file: string, options: ServeOptions = {}): Promise<ServedApp> {
  const { host = '127.0.0.1', token = randomBytes(24).toString('base64url') } = options;
  const {
    dist = dirname(fileURLToPath(import.meta.url)),
    maxSessions = 200,
    maxKernels = 8,
    idleMs = 1_800_000,
  } = options;
  const notebook = resolve(file);
  const read = async () => servedNotebook(notebook);
  const environment = readEnvironment(dirname(notebook));
  const log = consoleLog(environment.logLevel);
  const first = await read();
  const workspace = findWorkspace(dirname(notebook));
  const { store, directory } = openWorkspaceStore(workspace, environment);
  const measured = measure(directory, environment.logLevel);
  const served = new App({
    notebook: first,
    openSession: ({ widgets, share }) => {
      const { session } = openSession({
        notebook,
        workspace,
        store: store.records,
        cacheDirectory: directory,
        team: store.team,
        dist,
        memoirVersion: version,
        widgets,
        autoRun: () => 'auto',
        nodePath: null,
        maxMemoryMB: 4096,
        log,
        share,
      });
      measured.watch(session, notebook);
      return session;
    },
    assets: join(dist, 'webview'),
    maxSessions,
    maxKernels,
    idleMs,
    log,
  });
  const access = new Access({ token, host, allowedHosts: options.allowedHosts ?? [] });
  const server = new WebServer({ access, log });
  await served.serve(server);
  const url = await server.listen(options.port ?? 0, host);
  url.searchParams.set('token', token);
  const watching = options.watch ? whenSaved(notebook, async () => served.update(await read())) : null;
  return {
    url,
    app: served,
    async close() {
      watching?.();
      served.dispose();
      await server.close();
      await measured.close();
      await store.close();
    },
  };
}

async function servedNotebook(path: string): Promise<ServedNotebook> {
  const document = await readNotebookFile(path);
  const named = document.cells.map((cell, index) => ({ id: cellId(index), cell }));
  const page = appPage(named, { name: basename(path) });
  return { page: await pageWithPictures(page, dirname(path)), cells: placedCells(document) };
}

const SETTLE_MS = 100;

/** Calls `action` after `path` was written; gives the way to stop. An editor may write a file in several steps. */
function whenSaved(path: string, action: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(dirname(path), (_event, name) => {
    if (name !== basename(path)) return;
    clearTimeout(timer);
    timer = setTimeout(() => void action().catch(() => {}), SETTLE_MS); // gone for a moment: it is written next
  });
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}

function told(name: string, url: string, host: string): string {
  const open = isLoopback(host)
    ? ''
    : '\nIt is open to the network: whoever has the address with the token can use it.';
  return `${name} is served at\n\n  ${url}\n${open}\nCtrl+C ends it.`;
}

/** Waits until a person or the system wants this to end. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

function readPort(text: string | undefined): number {
  const port = readInteger('port', text) ?? 0;
  if (port < 0 || port > 65_535) throw new UsageError(`--port wants a number from 0 to 65535; got "${text}".`);
  return port;
}

function readCount(option: string, text: string | undefined): number | null {
  const count = readInteger(option, text);
  if (count !== null && count < 1) throw new UsageError(`--${option} wants a number above 0; got "${text}".`);
  return count;
}
