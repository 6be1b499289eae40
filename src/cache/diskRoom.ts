import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SqliteConnection } from '../base/sqliteConnection.ts';
import type { CostAwareLimits } from './costAware.ts';
import type { DiskAccess } from './diskAccess.ts';
import { DiskPolicy } from './diskPolicy.ts';
import * as sql from './diskSchema.ts';
import { pagesOfUse, removeExpired, removeFilesOf, sumOf } from './diskUpkeep.ts';
import type { EntryFiles } from './entryFiles.ts';
import { timesOf } from './policy.ts';
import type { EntryMeta } from './tier.ts';

export interface DiskRoomOptions {
  readonly access: DiskAccess;
  readonly files: EntryFiles;
  readonly limits: CostAwareLimits;
  readonly now: () => number;
}

/** Keeps what lies on disk within its limits: sums are looked at after a quarter of what was left has been written. */
export class DiskRoom {
  readonly #options: DiskRoomOptions;
  #written = { bytes: 0, entries: 0 };
  #left = { bytes: 0, entries: 0 };
  #upkeep: Promise<void> | null = null;
  /** What this process knows of all entries, from when something had to go for the first time. */
  #policy: DiskPolicy | null = null;

  constructor(options: DiskRoomOptions) {
    this.#options = options;
  }

  /** Notes that an entry was read. */
  use(key: string, { bytes, savedMs }: EntryMeta): void {
    this.#policy?.use(key, bytes, savedMs);
  }

  /** Notes that an entry was written, of so many bytes; undefined where nothing need be done. */
  take(key: string, { savedMs }: EntryMeta, bytes: number): Promise<void> | undefined {
    this.#policy?.add(key, bytes, savedMs);
    this.#written.bytes += bytes;
    this.#written.entries += 1;
    const isUsed = this.#written.bytes > this.#left.bytes || this.#written.entries > this.#left.entries;
    return isUsed ? this.#keepWithinLimits() : undefined;
  }

  /** Waits until nothing is being removed. */
  async settle(): Promise<void> {
    await this.#upkeep;
  }

  async #keepWithinLimits(): Promise<void> {
    const { access } = this.#options;
    const left = await access.attempt(() => this.#room(), null);
    if (!left) return;
    this.#written = { bytes: 0, entries: 0 };
    this.#left = { bytes: left.bytes / 4, entries: left.entries / 4 }; // others write, too
    if (isEnough(left)) return;
    this.#upkeep ??= access
      .attempt(() => this.#removeExcess(), undefined)
      .finally(() => {
        this.#upkeep = null;
      });
    await this.#upkeep;
  }

  /** Removes what has expired and, where that is not enough, what is least worth its place. */
  async #removeExcess(): Promise<void> {
    const { access, files, limits, now } = this.#options;
    await removeExpired(access.guard, files, now());
    if (isEnough(await this.#room())) return;
    this.#policy ??= new DiskPolicy(limits);
    await this.#learn(this.#policy);
    for (let share = 1; share >= 0; share -= 0.05) {
      this.#policy.shrink(share); // further than at first where another process has written meanwhile
      await this.#removeDoomed(this.#policy);
      if (isEnough(await this.#room())) return;
    }
  }

  /** Brings what is known up to what is there: other processes write and remove, too. */
  async #learn(policy: DiskPolicy): Promise<void> {
    const there = new Set<string>();
    const unknown = [];
    for await (const page of pagesOfUse(this.#options.access.guard)) {
      for (const use of page) {
        there.add(use.key);
        if (!policy.knows(use.key)) unknown.push(use);
      }
    }
    policy.keepOnly((key) => there.has(key));
    const now = this.#options.now();
    unknown.sort((a, b) => a.lastUsed - b.lastUsed);
    for (const [index, use] of unknown.entries()) {
      if (!policy.knows(use.key)) policy.add(use.key, use.bytes, use.savedMs, timesOf(use, now)); // it may have been read since
      if (index % 1000 === 999) await nextTurn();
    }
  }

  async #removeDoomed(policy: DiskPolicy): Promise<void> {
    const { access, files } = this.#options;
    const { doomed } = policy;
    for (let at = 0; at < doomed.length; at += 100) {
      const remove = (connection: SqliteConnection) => {
        const some = doomed.slice(at, at + 100).filter((key) => policy.isDoomed(key)); // not if it was written since
        const rows = connection.transaction(() => some.flatMap((key) => connection.all(sql.deleteEntry, key)));
        policy.forget(some);
        return rows;
      };
      await removeFilesOf(files, await access.guard.execute('write', remove));
      await nextTurn();
    }
  }

  async #room(): Promise<{ bytes: number; entries: number }> {
    const { access, limits } = this.#options;
    const { bytes, entries } = await sumOf(access.guard);
    return { bytes: limits.maxBytes - bytes, entries: limits.maxEntries - entries };
  }
}

function isEnough({ bytes, entries }: { readonly bytes: number; readonly entries: number }): boolean {
  return bytes >= 0 && entries >= 0;
}
