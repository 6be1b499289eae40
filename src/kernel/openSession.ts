import { dirname, relative, sep } from 'node:path';
import type { Log } from '../base/log.ts';
import { keyDigest } from '../cache/key.ts';
import { keyedDigest } from '../cache/seal.ts';
import type { TeamValues } from '../cache/teamValues.ts';
import { Backgrounds } from '../notebook/background.ts';
import { ABSENT, FileDigests } from '../notebook/fileDigests.ts';
import { ModuleDigests } from '../notebook/moduleDigests.ts';
import { type RecordStore, Records, type World } from '../notebook/records.ts';
import { Session } from '../notebook/session.ts';
import { findNode } from '../process/forkNode.ts';
import type { Kernel } from '../protocol/kernel.ts';
import { KERNEL_ENVIRONMENT, KernelClient } from './client.ts';
import { ALL_NAMES, namesDigest } from './trackEnvironment.ts';
import { machineFact } from './trackMachine.ts';

export interface OpenSessionOptions {
  /** Path of the notebook's file; for one that was never saved, of a file that could be. */
  readonly notebook: string;
  /** The folder that paths in keys are relative to. */
  readonly workspace: string;
  readonly store: RecordStore;
  /** The cache's folder, where values are kept; null keeps none. */
  readonly cacheDirectory: string | null;
  /** Whether values are compressed on disk; true unless given. */
  readonly compression?: boolean;
  /** How long results of cells count that say nothing else, in milliseconds; without limit unless given. */
  readonly defaultTtlMs?: () => number | null;
  /** Where values are shared with a team; nowhere unless given. */
  readonly team?: TeamValues | null;
  /** Folder of the built bundles. */
  readonly dist: string;
  readonly memoirVersion: string;
  readonly widgets: Map<string, unknown>;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly seed?: number | null;
  readonly now?: number | null;
  readonly useCache?: boolean;
  readonly autoRun: () => 'auto' | 'lazy';
  /** Milliseconds since the epoch, by which results age. */
  readonly clock?: () => number;
  readonly nodePath: string | null;
  readonly maxMemoryMB: number;
  /** Variables for the kernel's environment, beside those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly log: Log;
  /** Called before any of the user's code may run; it throws where none may. */
  readonly mayStart?: () => void;
  /** Stands between the session and its kernel, for whoever has many of them. */
  readonly share?: (kernel: KernelClient) => Kernel;
}

export interface OpenedSession {
  readonly session: Session;
  readonly kernel: KernelClient;
}

/** Joins the parts of one open notebook: its kernel, its records, and the session that conducts them. */
export function openSession(options: OpenSessionOptions): OpenedSession {
  const { notebook, workspace, store, widgets, set = {}, seed = null, now = null, useCache = true, autoRun } = options;
  const { clock = Date.now, compression = true, defaultTtlMs = () => null } = options;
  const { dist, nodePath, maxMemoryMB, environment, log } = options;
  const kernelEnvironment: Readonly<Record<string, string>> = { ...KERNEL_ENVIRONMENT, ...environment };
  const files = new FileDigests();
  const kernel = new KernelClient({
    script: `${dist}/kernel.js`,
    notebook,
    workspace,
    cwd: dirname(notebook),
    valuesDirectory: useCache ? options.cacheDirectory : null,
    compression,
    nodePath,
    maxMemoryMB,
    ...(environment && { environment }),
    log,
    ...(options.mayStart && { mayStart: options.mayStart }),
  });
  const modules = new ModuleDigests(notebook, files, options.memoirVersion);
  const world: World = {
    workspace,
    notebook: relative(workspace, notebook).split(sep).join('/'),
    files,
    module: (specifier) => modules.digest(specifier),
    env: (name) => {
      if (name === ALL_NAMES) return namesDigest(Object.keys({ ...process.env, ...kernelEnvironment }));
      const fact = machineFact(name);
      if (fact !== null) return fact;
      const value = kernelEnvironment[name] ?? process.env[name];
      return value === undefined ? ABSENT : keyedDigest(value);
    },
    widget: (name) => {
      if (Object.hasOwn(set, name)) return keyDigest(set[name]);
      return widgets.has(name) ? keyDigest(widgets.get(name)) : ABSENT;
    },
  };
  const records = new Records(store, world, options.team);
  const { timeZone, locale } = Intl.DateTimeFormat().resolvedOptions();
  const circumstances = findNode(nodePath).then(({ version }) => {
    return { nodeMajor: version.split('.')[0]!, timeZone, locale, seed, now };
  });
  circumstances.catch(() => {}); // whoever asks for a key hears of it
  const parts = {
    kernel: options.share?.(kernel) ?? kernel,
    records,
    backgrounds: new Backgrounds(store, modules),
    modules,
    circumstances: () => circumstances,
    widgets,
    set,
    autoRun,
    useCache,
    defaultTtlMs,
    clock,
  };
  return { session: new Session(parts), kernel };
}
