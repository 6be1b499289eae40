import type { DiskAccess } from './diskAccess.ts';
import { type DiskLimits, removeExcess, sumOf } from './diskUpkeep.ts';
import type { EntryFiles } from './entryFiles.ts';

export interface DiskRoomOptions {
  readonly access: DiskAccess;
  readonly files: EntryFiles;
  readonly limits: DiskLimits;
  readonly now: () => number;
}

/** Keeps what lies on disk within its limits: sums are looked at after an eighth of what was left has been written. */
export class DiskRoom {
  readonly #options: DiskRoomOptions;
  #written = { bytes: 0, entries: 0 };
  #left = { bytes: 0, entries: 0 };
  #upkeep: Promise<void> | null = null;

  constructor(options: DiskRoomOptions) {
    this.#options = options;
  }

  /** Notes that an entry was written; undefined where nothing need be done. */
  take(bytes: number): Promise<void> | undefined {
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
    const { access, files, limits, now } = this.#options;
    const total = await access.attempt(() => sumOf(access.guard), null);
    if (!total) return;
    const left = { bytes: limits.maxBytes - total.bytes, entries: limits.maxEntries - total.entries };
    this.#written = { bytes: 0, entries: 0 };
    this.#left = { bytes: left.bytes / 8, entries: left.entries / 8 }; // others write, too
    if (left.bytes >= 0 && left.entries >= 0) return;
    this.#upkeep ??= access
      .attempt(() => removeExcess(access.guard, files, limits, now()), undefined)
      .finally(() => {
        this.#upkeep = null;
      });
    await this.#upkeep;
  }
}
