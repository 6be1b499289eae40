import os from 'node:os';
import { keyDigest } from '../cache/key.ts';
import { type Patchable, patch } from '../process/patch.ts';
import { currentRun, untracked } from './run.ts';

/** What a run may ask of the machine, and what of the answer stays the same while the machine does. */
const FACTS: Readonly<Record<string, () => unknown>> = {
  hostname: os.hostname,
  homedir: os.homedir,
  tmpdir: os.tmpdir,
  userInfo: () => os.userInfo().username,
  availableParallelism: os.availableParallelism,
  cpus: () => os.cpus().map(({ model }) => model),
  totalmem: os.totalmem,
  networkInterfaces: () => os.networkInterfaces(),
  release: os.release,
  version: os.version,
};

/** Makes facts about the machine part of the trace of a run that asks for them, so that another machine is no hit. */
export function trackMachine(): void {
  for (const [name, fact] of Object.entries(FACTS)) {
    patch(os as unknown as Patchable, name, () => {
      currentRun()?.read('env', nameOf(name), digestOf(fact));
    });
  }
}

/** Digest of a fact as traces name it, or null for other names. */
export function machineFact(name: string): string | null {
  const fact = /^os\.(\w+)\(\)$/.exec(name)?.[1];
  return fact && Object.hasOwn(FACTS, fact) ? digestOf(FACTS[fact]!) : null;
}

function nameOf(fact: string): string {
  return `os.${fact}()`;
}

function digestOf(fact: () => unknown): string {
  return untracked(() => keyDigest(fact()));
}
