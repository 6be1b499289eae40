import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../base/log.ts';
import type { CpuProfile, FlameModel, ProfileResult } from '../protocol/profiler.ts';

/** A profile as it is kept. */
export interface KeptProfile {
  /** Name of its files. */
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly commit: string | null;
  readonly result: ProfileResult;
}

/** What a kept profile's file holds. */
interface Stored extends Omit<KeptProfile, 'id'> {
  readonly flame:
    | {
        readonly [K in keyof FlameModel]: FlameModel[K] extends ArrayLike<number> ? readonly number[] : FlameModel[K];
      }
    | null;
}

/** More than this is too long a list; the oldest go. */
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
    const profiles = await Promise.all(
      names
        .sort()
        .reverse()
        .map((name) => this.#read(name.slice(0, -5))),
    );
    return profiles.flatMap((profile) => profile ?? []);
  }

  async find(id: string): Promise<KeptProfile | null> {
    return existsSync(join(this.#directory, `${id}.json`)) ? this.#read(id) : null;
  }

  async add(
    profile: Omit<KeptProfile, 'id'>,
    flame: FlameModel | null,
    cpuprofile: CpuProfile | null,
  ): Promise<KeptProfile> {
    await mkdir(this.#directory, { recursive: true });
    const id = `${profile.at.replace(/\D/g, '')}-${profile.result.target.name.replace(/\W+/g, '_').slice(0, 40)}`;
    const stored: Stored = { ...profile, flame: flame && plain(flame) };
    await writeFile(join(this.#directory, `${id}.json`), JSON.stringify(stored));
    if (cpuprofile) await writeFile(this.cpuprofile(id), JSON.stringify(cpuprofile));
    for (const old of (await this.list()).slice(KEPT)) await this.remove(old.id);
    return { ...profile, id };
  }

  async flame(id: string): Promise<FlameModel | null> {
    const { flame } = JSON.parse(await readFile(join(this.#directory, `${id}.json`), 'utf8')) as Stored; // written by `add`
    if (!flame) return null;
    return {
      frames: flame.frames,
      parent: Int32Array.from(flame.parent),
      frame: Int32Array.from(flame.frame),
      selfTicks: Float64Array.from(flame.selfTicks),
      totalTicks: Float64Array.from(flame.totalTicks),
    };
  }

  /** Path of a profile as VS Code and Chrome's tools open it. */
  cpuprofile(id: string): string {
    return join(this.#directory, `${id}.cpuprofile`);
  }

  async remove(id: string): Promise<void> {
    await rm(join(this.#directory, `${id}.json`), { force: true });
    await rm(this.cpuprofile(id), { force: true });
  }

  async #read(id: string): Promise<KeptProfile | null> {
    try {
      const { at, commit, result } = JSON.parse(await readFile(join(this.#directory, `${id}.json`), 'utf8')) as Stored; // written by `add`
      return { id, at, commit, result };
    } catch (error) {
      this.#log.error(`The profile ${id} could not be read.`, error);
      return null;
    }
  }
}

function plain(flame: FlameModel): NonNullable<Stored['flame']> {
  return {
    frames: flame.frames,
    parent: [...flame.parent],
    frame: [...flame.frame],
    selfTicks: [...flame.selfTicks],
    totalTicks: [...flame.totalTicks],
  };
}
