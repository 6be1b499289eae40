import { Worker } from 'node:worker_threads';

/**
 * Watches file descriptor 4 from a thread of its own and ends whatever JavaScript the main thread is running
 * when a byte arrives there, also an endless loop. The main thread lives on and reads its messages again.
 * When the descriptor closes, the process that owns this one is gone, and nobody is left to work for.
 * Node must run with `--no-force-async-hooks-checks`, or a loop in a timer callback ends the process.
 */
export function watchForInterrupts(): void {
  new Worker(WATCHER, { eval: true }); // which also keeps the process alive, whatever a cell removes
}

const WATCHER = `
const { createReadStream } = require('node:fs');
const { Session } = require('node:inspector');
const kill = process.kill;
const session = new Session();
session.connectToMainThread();
createReadStream('', { fd: 4 })
  .on('data', () => session.post('Runtime.terminateExecution'))
  .on('error', () => {})
  .on('end', () => kill(process.pid, 'SIGKILL'));
`;
