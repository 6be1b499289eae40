import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A real HTTP server of a test's own, that answers each path as it is told and remembers what was asked. */
export interface DataServer {
  readonly url: string;
  readonly asked: IncomingMessage[];
  readonly answers: Map<string, (request: IncomingMessage, response: ServerResponse) => void>;
  close(): Promise<void>;
}

export async function dataServer(): Promise<DataServer> {
  const asked: IncomingMessage[] = [];
  const answers: DataServer['answers'] = new Map();
  const server: Server = createServer((request, response) => {
    asked.push(request);
    const answer = answers.get(new URL(request.url!, 'http://host').pathname);
    if (answer) answer(request, response);
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // it listens on a port
    asked,
    answers,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
