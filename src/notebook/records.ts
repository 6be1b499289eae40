import { dirname, isAbsolute, join } from 'node:path';
import type { TeamValues } from '../cache/teamValues.ts';
import type { Read } from '../protocol/kernel.ts';
import { keyOf } from './cellKey.ts';
import { ABSENT, type FileDigests } from './fileDigests.ts';
import { type Background, type CellRecord, recordKey } from './record.ts';

/** Where records are kept: the tiered cache, as far as it is needed here. */
export interface RecordStore {
  /** A look-up that counts as a hit or a miss. */
  get(key: string): Promise<{ readonly value: unknown; readonly tier: RecordTier } | undefined>;
  /** A look-up that does not count. */
  peek(key: string): Promise<{ readonly value: unknown; readonly tier: RecordTier } | undefined>;
  set(key: string, value: unknown, options: RecordOptions): Promise<void>;
}

interface RecordOptions {
  readonly savedMs: number;
  readonly persist: boolean;
  /** What it belongs to and what it is, from the whole to the part, as people list and remove it. */
  readonly tags: readonly string[];
}

export type RecordTier = 'memory' | 'disk' | 'redis';

/** What the world looks like to a trace right now. */
export interface World {
  readonly workspace: string;
  /** The notebook, relative to the workspace. */
  readonly notebook: string;
  readonly files: FileDigests;
  /** Digest of what a module specifier of the notebook stands for. */
  module(specifier: string): Promise<string>;
  /** Digest of an environment variable's value. */
  env(name: string): string;
  /** Digest of a widget's state. */
  widget(name: string): string;
}

/** A record without what it shows, with what its run was made from; older ones lack that. */
export type LastRecord = CellRecord & { readonly background?: Background };

/** What to know of a run beside its record. */
interface SaveOptions {
  /** What the cell is known by in keys. */
  readonly reference: string;
  /** What people call the cell. */
  readonly name: string;
  readonly background: Background;
  readonly persist: boolean;
}

type ReadSet = readonly Pick<Read, 'kind' | 'name'>[];

/** More different sets of reads than this for one static key are not tried. */
const MAX_READ_SETS = 16;

/**
 * Finished runs by what they depended on, in two stages: the static key leads to the sets of things that earlier
 * runs with that key read; each set, digested as things are now, leads to the record of a run that read just this.
 */
export class Records {
  readonly #store: RecordStore;
  readonly #world: World;
  readonly #team: TeamValues | null;

  constructor(store: RecordStore, world: World, team: TeamValues | null = null) {
    this.#store = store;
    this.#world = world;
    this.#team = team;
  }

  /** The record that holds for `staticKey` as things are now. */
  async find(staticKey: string): Promise<{ record: CellRecord; tier: RecordTier } | null> {
    const [first = [], ...others] = await this.#readSets(staticKey);
    let key = recordKey(staticKey, await this.#digestAll(first));
    for (const set of others) {
      if (await this.#store.peek(key)) break;
      key = recordKey(staticKey, await this.#digestAll(set));
    }
    const found = await this.#store.get(key);
    return found ? { record: found.value as CellRecord, tier: found.tier } : null; // written by `save`, verified by the store
  }

  /** Whether what `record` read is still the same; the first read that is not, or null. */
  async changedRead(record: CellRecord): Promise<{ before: Read; after: Read } | null> {
    if (!record.reads.length) return null;
    const now = await this.#digestAll(record.reads);
    for (const [i, before] of record.reads.entries()) {
      const after = now[i]!;
      if (before.digest !== after.digest) return { before, after };
    }
    return null;
  }

  /** The files and folders that a run read, by full path. */
  paths(record: CellRecord): string[] {
    return record.reads.flatMap(({ kind, name }) => (kind === 'file' || kind === 'folder' ? [this.#pathOf(name)] : []));
  }

  /** Whether the run read one of these files or folders, or a folder that one of them lies in. */
  hasRead(record: CellRecord, paths: readonly string[]): boolean {
    return record.reads.some(({ kind, name }) => {
      if (kind !== 'file' && kind !== 'folder') return false;
      const path = this.#pathOf(name);
      return paths.some((changed) => changed === path || (kind === 'folder' && dirname(changed) === path));
    });
  }

  /** The last record of the cell that `reference` names in this notebook, for explanations only. */
  async last(reference: string): Promise<LastRecord | null> {
    return ((await this.#store.peek(this.#lastKey(reference)))?.value as LastRecord | undefined) ?? null; // written by `save`
  }

  async save(record: CellRecord, { reference, name, background, persist }: SaveOptions): Promise<void> {
    const options = (what: string) => ({
      savedMs: record.ms,
      persist,
      tags: [this.#world.notebook, name, what],
    });
    const set: ReadSet = record.reads.map(({ kind, name }) => ({ kind, name }));
    const known = await this.#readSets(record.staticKey);
    if (!known.some((other) => sameSet(other, set))) {
      await this.#store.set(
        readSetsKey(record.staticKey),
        [set, ...known].slice(0, MAX_READ_SETS),
        options('what it reads'),
      );
    }
    await this.#store.set(record.key, record, options('result'));
    await this.#store.set(
      this.#lastKey(reference),
      { ...record, outputs: [], console: [], background },
      options('last run'),
    );
    if (persist && record.values) this.#team?.share(record.values, options('values'));
  }

  /** Brings the values of a run here that another machine of the team made. */
  async fetchValues({ values }: CellRecord): Promise<void> {
    if (values) await this.#team?.fetch(values.digest);
  }

  async #readSets(staticKey: string): Promise<ReadSet[]> {
    return ((await this.#store.peek(readSetsKey(staticKey)))?.value ?? []) as ReadSet[]; // written by `save`
  }

  #lastKey(reference: string): string {
    return keyOf('last', { notebook: this.#world.notebook, reference });
  }

  #digestAll(set: ReadSet): Promise<Read[]> {
    return Promise.all(set.map(async ({ kind, name }) => ({ kind, name, digest: await this.#digestNow(kind, name) })));
  }

  #pathOf(name: string): string {
    return isAbsolute(name) ? name : join(this.#world.workspace, name);
  }

  #digestNow(kind: Read['kind'], name: string): Promise<string> | string {
    const { files } = this.#world;
    const path = this.#pathOf(name);
    switch (kind) {
      case 'file':
        return files.file(path);
      case 'module':
        return this.#world.module(name);
      case 'folder':
        return files.folder(path);
      case 'env':
        return this.#world.env(name);
      case 'widget':
        return this.#world.widget(name) ?? ABSENT;
    }
  }
}

function readSetsKey(staticKey: string): string {
  return keyOf('read sets', { staticKey });
}

function sameSet(a: ReadSet, b: ReadSet): boolean {
  const names = (set: ReadSet) => JSON.stringify(set.map(({ kind, name }) => `${kind} ${name}`).sort());
  return names(a) === names(b);
}
