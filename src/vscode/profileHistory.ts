import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../base/log.ts';
import type { Profiled } from '../profile/report.ts';
import type { FlameModel, ProfileResult, ProfileTarget } from '../protocol/profileResult.ts';

/** A profile as it is kept. */
export interface KeptProfile {
  /** Name of its files. */
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly commit: string | null;
  /** Whether later profiles of the function are compared with it. */
  readonly pinned: boolean;
  readonly result: ProfileResult;
}

/** A model as JSON holds it. */
type StoredFlame = {
  readonly [K in keyof FlameModel]: FlameModel[K] extends ArrayLike<number> ? readonly number[] : FlameModel[K];
};

/** What a kept profile's file holds. */
interface Stored extends Omit<KeptProfile, 'id'> {
  readonly flame: StoredFlame | null;
  readonly allocation: StoredFlame | null;
}

/** More than this is too long a list; the oldest go, pinned ones excepted. */
const KEPT = 100;

/** The profiles that were taken, each in a file of its own with its `.cpuprofile` beside it. */
export class ProfileHistory {
  readonly #directory: string;
  readonly #log: Log;

  constructor(directory: string, log: Log) {
    this.#directory = directory;
    this.#log = log;
  }

  /** The latest first. */
  async list(): Promise<KeptProfile[]> {
    const names = (await readdir(this.#directory).catch(() => [])).filter((name) => name.endsWith('.json'));
    const ids = names.map((name) => name.slice(0, -5)).sort();
    const profiles = await Promise.all(ids.reverse().map((id) => this.find(id)));
    return profiles.flatMap((profile) => profile ?? []);
  }

  async find(id: string): Promise<KeptProfile | null> {
    if (!existsSync(this.#file(id))) return null;
    try {
      const { at, commit, pinned = false, result } = await this.#read(id);
      return { id, at, commit, pinned, result };
    } catch (error) {
      this.#log.error(`The profile ${id} could not be read.`, error);
      return null;
    }
  }

  /** The pinned profile of a function, or null. */
  async baseline({ file, name }: ProfileTarget): Promise<KeptProfile | null> {
    const isOf = ({ target }: ProfileResult) => target.file === file && target.name === name;
    return (await this.list()).find(({ pinned, result }) => pinned && isOf(result)) ?? null;
  }

  async add(
    profile: Pick<KeptProfile, 'at' | 'commit' | 'result'>,
    { flame, allocation, cpuprofile }: Pick<Profiled, 'flame' | 'allocation' | 'cpuprofile'>,
  ): Promise<KeptProfile> {
    await mkdir(this.#directory, { recursive: true });
    const id = `${profile.at.replace(/\D/g, '')}-${profile.result.target.name.replace(/\W+/g, '_').slice(0, 40)}`;
    const kept = { ...profile, pinned: false };
    await this.#write(id, { ...kept, flame: flame && plain(flame), allocation: allocation && plain(allocation) });
    if (cpuprofile) await writeFile(this.cpuprofile(id), JSON.stringify(cpuprofile));
    for (const old of (await this.list()).filter(({ pinned }) => !pinned).slice(KEPT)) await this.remove(old.id);
    return { ...kept, id };
  }

  /** Makes a profile the one that later ones of its function are compared with, instead of another; or no longer. */
  async pin({ id, result }: KeptProfile, pinned: boolean): Promise<void> {
    const before = await this.baseline(result.target);
    if (before && before.id !== id) await this.#write(before.id, { ...(await this.#read(before.id)), pinned: false });
    await this.#write(id, { ...(await this.#read(id)), pinned });
  }

  async flames(id: string): Promise<Pick<Profiled, 'flame' | 'allocation'>> {
    const { flame, allocation } = await this.#read(id);
    return { flame: flame && typed(flame), allocation: allocation ? typed(allocation) : null };
  }

  /** Path of a profile as VS Code and Chrome's tools open it. */
  cpuprofile(id: string): string {
    return join(this.#directory, `${id}.cpuprofile`);
  }

  async remove(id: string): Promise<void> {
    await rm(this.#file(id), { force: true });
    await rm(this.cpuprofile(id), { force: true });
  }

  async #read(id: string): Promise<Stored> {
    return JSON.parse(await readFile(this.#file(id), 'utf8')) as Stored; // written by `#write`
  }

  async #write(id: string, stored: Stored): Promise<void> {
    await writeFile(this.#file(id), JSON.stringify(stored));
  }

  #file(id: string): string {
    return join(this.#directory, `${id}.json`);
  }
}

function plain({ frames, parent, frame, selfTicks, totalTicks }: FlameModel): StoredFlame {
  return {
    frames,
    parent: [...parent],
    frame: [...frame],
    selfTicks: [...selfTicks],
    totalTicks: [...totalTicks],
  };
}

function typed({ frames, parent, frame, selfTicks, totalTicks }: StoredFlame): FlameModel {
  return {
    frames,
    parent: Int32Array.from(parent),
    frame: Int32Array.from(frame),
    selfTicks: Float64Array.from(selfTicks),
    totalTicks: Float64Array.from(totalTicks),
  };
}
