import process from 'node:process';
import { inspect } from 'node:util';
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
    if (!run || typeof name !== 'string' || run.hasReadVariable(name) || INTERNAL.has(name)) return;
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
  process.env = new Proxy(standIn(), {
    get(_, name) {
      note(name);
      return Reflect.get(environment, name);
    },
    has(_, name) {
      note(name);
      return Reflect.has(environment, name);
    },
    getOwnPropertyDescriptor(_, name) {
      note(name);
      return Reflect.getOwnPropertyDescriptor(environment, name);
    },
    ownKeys() {
      currentRun()?.read('env', ALL_NAMES, namesDigest(Object.keys(environment)));
      return Reflect.ownKeys(environment);
    },
    set(_, name, value) {
      change(name);
      return Reflect.set(environment, name, value);
    },
    defineProperty(_, name, property) {
      change(name);
      return Reflect.defineProperty(environment, name, property);
    },
    deleteProperty(_, name) {
      change(name);
      return Reflect.deleteProperty(environment, name);
    },
  });
}

/** What the proxy is of: the environment itself would be asked twice for everything, and is slow to answer. */
function standIn(): NodeJS.ProcessEnv {
  const shown = { value: () => ({ ...process.env }), configurable: true }; // inspecting a proxy sees its target
  return Object.defineProperty({}, inspect.custom, shown) as NodeJS.ProcessEnv; // all else is answered by the traps
}
