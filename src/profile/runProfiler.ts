import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { collector } from '../base/collector.ts';
import { Emitter } from '../base/event.ts';
import { Peer, type Port } from '../protocol/rpc.ts';
import type { Harness } from './harness.ts';
import { offerKeptValues } from './keptValues.ts';
import { Passes } from './passes.ts';
import type { Sidecar } from './sidecar.ts';

/** The profiler's process: measures one target, pass by pass, as its host asks. */
export function runProfiler(sidecar: Sidecar): void {
  const passes = new Passes({ sidecar, load: loadHarness, stopInlining });
  new Peer(hostPort(), passes.handlers);
  offerKeptValues();
  process.on('uncaughtException', (error) => passes.fail(error));
  process.on('unhandledRejection', (error) => passes.fail(error));
  const leave = (code?: number | string | null): never => {
    const error = new Error('The function called process.exit.');
    passes.exit(Number(code ?? process.exitCode ?? 0), error);
    throw error;
  };
  Object.assign(process, { exit: leave, reallyExit: leave });
  void sidecar.ready.then(forgetCode); // its thread finds Node's own code compiled, unless V8's flags are others
}

/** Each time that it starts, the sampler looks at all compiled code, and much of Node's own is only for starting. */
function forgetCode(): void {
  const collect = collector();
  setFlagsFromString('--stress-flush-code');
  collect();
  setFlagsFromString('--no-stress-flush-code');
}

const WITHOUT_INLINING = ['--no-turbo-inlining', '--no-maglev-inlining'];

function stopInlining(): void {
  for (const flag of WITHOUT_INLINING) setFlagsFromString(flag);
}

async function loadHarness(bundle: string, instance: string): Promise<Harness> {
  const { $harness } = (await import(`${pathToFileURL(bundle)}${instance}`)) as { $harness: Harness }; // see bundle.ts
  return $harness;
}

function hostPort(): Port {
  const messages = new Emitter<unknown>();
  const closed = new Emitter<string>();
  const send = process.send!.bind(process); // forked with a channel; the target may replace process.send
  const { kill } = process;
  process.on('message', (message) => messages.fire(message));
  process.on('disconnect', () => kill(process.pid, 'SIGKILL')); // nobody is left to work for
  return { post: (message) => send(message), onMessage: messages.event, onClose: closed.event };
}
