import { join } from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../base/errors.ts';
import { Emitter } from '../base/event.ts';
import type { Log } from '../base/log.ts';
import { type FileSettings, readSettingsFile } from '../base/settingsFile.ts';
import { cacheDefaults, openStore, type Store } from '../cache/cacheDirectory.ts';
import { userSeal } from '../cache/seal.ts';
import type { CacheFigures } from '../monitor/figures.ts';
import { Monitor } from '../monitor/monitor.ts';
import { SharedStore } from '../monitor/sharedStore.ts';
import { isChosen, setting } from './contributions.ts';
import type { Report } from './report.ts';

/** What is kept in one cache directory: results, and what was measured. */
export interface Kept {
  readonly directory: string;
  readonly cache: Store;
  readonly monitor: Monitor;
}

/** Values beyond the limit are removed some time after a directory was opened, when nobody waits. */
const COLLECT_AFTER_MS = 30_000;

/** The cache directories in use, shared by the notebooks that lie in them. */
export class Stores {
  readonly #fallback: string;
  readonly #report: Report;
  readonly #open = new Map<string, Kept>();
  readonly #files = new Map<string, FileSettings>();
  readonly #opened = new Emitter<Kept>();

  readonly onOpen = this.#opened.event;

  /** @param fallback where notebooks outside any folder keep their results. */
  constructor(fallback: string, report: Report) {
    this.#fallback = fallback;
    this.#report = report;
  }

  /** The folder of the cache that serves `uri`. */
  directory(uri: vscode.Uri): string {
    const untitled = uri.scheme === 'untitled' ? vscode.workspace.workspaceFolders?.[0] : undefined;
    const folder = vscode.workspace.getWorkspaceFolder(uri) ?? untitled;
    if (!folder) return this.#fallback;
    const file = this.#readFile(folder.uri.fsPath);
    const chosen = isChosen('cache.directory', uri) ? undefined : file.MEMOIR_CACHE_DIR;
    const directory = chosen ?? join(folder.uri.fsPath, setting('cache.directory', uri) || cacheDefaults.directory);
    this.#files.set(directory, file);
    return directory;
  }

  at(directory: string): Kept {
    const known = this.#open.get(directory);
    if (known) return known;
    const log = this.#log();
    const file = this.#files.get(directory) ?? {};
    const memoryMB = isChosen('cache.memoryMaxMB') ? undefined : file.MEMOIR_CACHE_MAX_MB;
    const cache = openStore({
      directory,
      memory: {
        maxEntries: Number(file.MEMOIR_CACHE_MAX_ENTRIES ?? cacheDefaults.memory.maxEntries),
        maxBytes: Number(memoryMB ?? setting('cache.memoryMaxMB')) * 1e6,
      },
      diskMaxBytes: setting('cache.diskMaxMB') * 1e6,
      compression: setting('cache.compression'),
      redisUrl: setting('cache.redisUrl') || file.MEMOIR_REDIS_URL,
      seal: userSeal(),
      log,
    });
    const shared = new SharedStore({ directory, log });
    const kept: Kept = { directory, cache, monitor: new Monitor({ openStore: () => shared }) };
    this.#open.set(directory, kept);
    setTimeout(() => void cache.collect(), COLLECT_AFTER_MS).unref();
    this.#opened.fire(kept);
    return kept;
  }

  get all(): readonly Kept[] {
    return [...this.#open.values()];
  }

  /** All caches in use as one; null before there is one. */
  async figures(): Promise<CacheFigures | null> {
    if (!this.#open.size) return null;
    const stats = await Promise.all(this.all.map(({ cache }) => cache.stats()));
    const sum = (key: 'hits' | 'misses' | 'lost' | 'entries' | 'bytes' | 'savedMs' | 'errors') =>
      stats.reduce((total, one) => total + one[key], 0);
    const [hits, misses] = [sum('hits'), sum('misses')];
    const values = stats.reduce((total, one) => total + one.values.bytes, 0);
    return {
      hits,
      misses,
      hitRate: hits + misses ? hits / (hits + misses) : 0,
      lost: sum('lost'),
      entries: sum('entries'),
      bytes: sum('bytes') + values,
      savedMs: sum('savedMs'),
      errors: sum('errors'),
      tiers: stats.flatMap(({ tiers }) => tiers).reduce(addTier, []),
    };
  }

  async close(): Promise<void> {
    const closing = this.all;
    this.#open.clear();
    for (const { cache, monitor } of closing) {
      await monitor.flush();
      monitor.dispose();
      await monitor.store?.close();
      await cache.close();
    }
  }

  /** What `memoir.json` says; nothing in a folder that is not trusted, as it may name another place or a server. */
  #readFile(folder: string): FileSettings {
    if (!vscode.workspace.isTrusted) return {};
    try {
      return readSettingsFile(folder);
    } catch (error) {
      this.#report.tellOnce(messageOf(error));
      return {};
    }
  }

  #log(): Log {
    return {
      debug: (message) => this.#report.debug(message),
      info: (message) => this.#report.info(message),
      warn: (message) => this.#report.tellOnce(message),
      error: (message, thrown) => this.#report.error(message, thrown),
    };
  }
}

type TierFigures = CacheFigures['tiers'][number];

function addTier(sums: readonly TierFigures[], { name, bytes, entries, problem }: TierFigures): TierFigures[] {
  const same = sums.find((one) => one.name === name);
  const others = sums.filter((one) => one !== same);
  const told = problem ?? same?.problem;
  return [
    ...others,
    {
      name,
      bytes: bytes + (same?.bytes ?? 0),
      entries: entries + (same?.entries ?? 0),
      ...(told && { problem: told }),
    },
  ];
}
