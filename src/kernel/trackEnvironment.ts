import process from 'node:process';
import { keyedDigest } from '../cache/seal.ts';
import { ABSENT } from '../notebook/fileDigests.ts';
import { currentRun, type Run } from './run.ts';

const SETTING = 'setting environment variables';
/** What Node's own module loader asks for in the middle of a run. */
const INTERNAL = new Set(['WATCH_REPORT_DEPENDENCIES', 'NODE_V8_COVERAGE']);

/** Stands in the trace for the names of all variables. */
export const ALL_NAMES = '*';

/** Digest of the names in an environment. */
export function namesDigest(names: readonly string[]): string {
  return keyedDigest(JSON.stringify([...names].sort()));
}

/** Makes the environment variables that a run reads part of its trace. */
export function trackEnvironment(): void {
  const environment = process.env;
  const setBy = new Map<string, Run | undefined>();
  const note = (name: PropertyKey) => {
    const run = currentRun();
    if (!run || typeof name !== 'string' || INTERNAL.has(name) || run.hasRead('env', name)) return;
    if (setBy.has(name)) {
      if (setBy.get(name) !== run) run.touch(SETTING); // what a cell set is not what the next session finds
      return;
    }
    const value = environment[name];
    run.read('env', name, value === undefined ? ABSENT : keyedDigest(value));
  };
  const change = (name: PropertyKey) => {
    const run = currentRun();
    if (typeof name === 'string') setBy.set(name, run);
    run?.touch(SETTING);
  };
  process.env = new Proxy(environment, {
    get(target, name) {
      note(name);
      return Reflect.get(target, name);
    },
    has(target, name) {
      note(name);
      return Reflect.has(target, name);
    },
    getOwnPropertyDescriptor(target, name) {
      note(name);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
    ownKeys(target) {
      currentRun()?.read('env', ALL_NAMES, namesDigest(Object.keys(target)));
      return Reflect.ownKeys(target);
    },
    set(target, name, value) {
      change(name);
      return Reflect.set(target, name, value);
    },
    deleteProperty(target, name) {
      change(name);
      return Reflect.deleteProperty(target, name);
    },
  });
}
