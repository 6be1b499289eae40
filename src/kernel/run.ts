import { AsyncLocalStorage } from 'node:async_hooks';
import { readdirSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { digestFileNow, listingDigest } from '../data/fileDigests.ts';
import { ABSENT } from '../notebook/fileDigests.ts';
import type { Read, RunRequest } from '../protocol/kernel.ts';
import type { Output } from '../protocol/output.ts';
import { limited } from './outputLimit.ts';

/** What one run of a cell has read, touched and shown so far. */
export class Run {
  readonly request: RunRequest;
  readonly #workspace: string;
  readonly #reads = new Map<string, Read>();
  readonly #impure = new Set<string>();
  readonly #seen = new Set<string>();
  readonly #variables = new Set<string>();
  readonly #modules = new Set<string>();
  readonly #show: (run: Run, output: Output) => void;
  readonly #begun: Promise<unknown>[] = [];
  readonly abort = new AbortController();
  /** Set when the run is over: what comes later is late and changes nothing. */
  settled = false;
  /** The name that the next widget takes: the variable it is assigned to. */
  nextWidget: string | null = null;
  widgetCount = 0;
  layoutCount = 0;
  /** Kept when the cell runs again, or is gone. */
  invalidation: Promise<void> | null = null;
  #outputIds = 0;

  constructor(request: RunRequest, workspace: string, show: (run: Run, output: Output) => void) {
    this.request = request;
    this.#workspace = workspace;
    this.#show = show;
  }

  get reads(): readonly Read[] {
    return [...this.#reads.values()];
  }

  /** Full paths of the local modules that it loaded, or would have, had they not been there already. */
  get modules(): ReadonlySet<string> {
    return this.#modules;
  }

  get impure(): readonly string[] {
    return [...this.#impure];
  }

  /** Notes that the run touched something that may differ next time. */
  touch(what: string): void {
    if (!this.settled) this.#impure.add(what);
  }

  read(kind: Read['kind'], name: string, digest: string): void {
    const key = `${kind} ${name}`;
    if (!this.settled && !this.#reads.has(key)) this.#reads.set(key, { kind, name, digest });
  }

  loads(path: string): void {
    if (!this.settled) this.#modules.add(path);
  }

  /** Whether this variable was read before. */
  hasReadVariable(name: string): boolean {
    if (this.settled || this.#variables.has(name)) return true;
    this.#variables.add(name);
    return false;
  }

  /** Whether this full path was asked for before. */
  hasSeen(path: string): boolean {
    if (this.settled || this.#seen.has(path)) return true;
    this.#seen.add(path);
    return false;
  }

  readFile(path: string): void {
    this.#readPath('file', path, digestFile);
  }

  readFolder(path: string): void {
    this.#readPath('folder', path, digestFolder);
  }

  /** The variable that the widget or layout being made is assigned to; it is told once. */
  takeVariable(): string | null {
    const variable = this.nextWidget;
    this.nextWidget = null;
    return variable;
  }

  /** An id for an output that will be updated in place. */
  nextOutputId(): string {
    this.#outputIds += 1;
    return `${this.request.run} ${this.#outputIds}`;
  }

  /** Shows an output; once the run is over only such as take the place of another. */
  output(output: Output): void {
    if (!this.settled || output.id !== undefined) this.#show(this, limited(output));
  }

  /** Work that the cell began and that belongs to it. */
  waitFor(work: Promise<unknown>): void {
    this.#begun.push(work);
  }

  /** Rejects when any of the cell's own work does. */
  async finishBegun(): Promise<void> {
    while (this.#begun.length) await this.#begun.shift();
  }

  #readPath(kind: 'file' | 'folder', path: string, digest: (path: string) => string): void {
    const full = resolve(path);
    const name = portablePath(full, this.#workspace);
    if (this.settled || this.#reads.has(`${kind} ${name}`)) return;
    this.read(kind, name, digest(full));
  }
}

const current = new AsyncLocalStorage<Run>();
let paused = 0;

/** The run on whose behalf this code executes; none while Memoir itself is at work. */
export function currentRun(): Run | undefined {
  return paused ? undefined : current.getStore();
}

/** Executes `action` and all it starts on behalf of `run`. */
export function within<T>(run: Run, action: () => T): T {
  paused = 0; // an interrupt may have ended an untracked action without its `finally`
  return current.run(run, action);
}

/** Executes `action` of Memoir's own, and all it starts, on behalf of no run. */
export function outsideRuns<T>(action: () => T): T {
  return current.exit(action);
}

/** Executes a synchronous `action` of Memoir's own, unseen by tracking. */
export function untracked<T>(action: () => T): T {
  paused += 1;
  try {
    return action();
  } finally {
    paused -= 1;
  }
}

/** A path relative to the workspace with `/`, or the absolute path when it lies outside. */
function portablePath(path: string, workspace: string): string {
  const inside = relative(workspace, path);
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside.split(sep).join('/');
}

/** Content digest of a file, `absent` when it cannot be read. */
function digestFile(path: string): string {
  return untracked(() => {
    try {
      return digestFileNow(path);
    } catch {
      return ABSENT;
    }
  });
}

/** Digest of the names and kinds of a folder's entries, `absent` when it cannot be listed. */
function digestFolder(path: string): string {
  return untracked(() => {
    try {
      return listingDigest(readdirSync(path, { withFileTypes: true }));
    } catch {
      return ABSENT;
    }
  });
}

/** What is at a path; reading devices and pipes takes from them, and may never end. */
export function kindOf(path: string): 'file' | 'folder' | 'device' | 'nothing' {
  return untracked(() => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) return 'nothing';
    return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'device';
  });
}
