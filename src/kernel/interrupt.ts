import { Worker } from 'node:worker_threads';

/**
 * Watches file descriptor 4 from a thread of its own and ends whatever JavaScript the main thread is running
 * when a byte arrives there, also an endless loop. The main thread lives on and reads its messages again.
 * Node must run with `--no-force-async-hooks-checks`, or a loop in a timer callback ends the process.
 */
export function watchForInterrupts(): void {
  new Worker(WATCHER, { eval: true }).unref();
}

const WATCHER = `
const { createReadStream } = require('node:fs');
const { Session } = require('node:inspector');
const session = new Session();
session.connectToMainThread();
createReadStream('', { fd: 4 }).on('data', () => {
  session.post('Runtime.terminateExecution');
}).on('error', () => {});
`;
