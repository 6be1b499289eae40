import { setTimeout as sleep } from 'node:timers/promises';
import { fromErrorData, toErrorData } from '../base/errors.ts';
import { NotEncodable } from './codec.ts';
import type { Lease, TierName } from './tier.ts';
import type { Found, SetOptions, TieredCache } from './tieredCache.ts';

export interface ComputeOptions extends SetOptions {
  /** For how many milliseconds an error is remembered and thrown again; not at all unless given. */
  readonly errorTtl?: number;
  /** What a hit will save, in milliseconds, asked once the value is there; the time it took unless given. */
  readonly costOf?: () => number;
}

export interface ComputationsOptions {
  readonly now?: () => number;
  /** Told what was kept, and until when; null for ever. */
  readonly kept?: (key: string, expiresAt: number | null) => void;
  /** Told what could not be kept, and why, as a sentence. */
  readonly refused?: (key: string, why: string) => void;
}

interface Flight {
  readonly value: Promise<unknown>;
  /** Whether the key was removed since, so that what is computed is not to be kept. */
  isOutdated: boolean;
}

const pauses = [2, 5, 10, 20, 50]; // ms between looks at what another process computes; the last again and again

/** Stands behind a key in the name of its renewal, which is a flight of its own. */
export const renewing = '\0renewing';

/** Computes what is not kept, once for all who ask at a time, in this process and in those that share a tier with it. */
export class Computations {
  readonly #cache: TieredCache<TierName>;
  readonly #options: Required<ComputationsOptions>;
  readonly #flights = new Map<string, Flight>();

  constructor(cache: TieredCache<TierName>, options: ComputationsOptions = {}) {
    this.#cache = cache;
    this.#options = { now: Date.now, kept: () => {}, refused: () => {}, ...options };
  }

  /** The value of a key, else what `compute` gives, which is then kept. Errors are thrown on. */
  get(key: string, compute: () => unknown, options: ComputeOptions = {}): Promise<unknown> {
    return this.#flights.get(key)?.value ?? this.#fly(key, () => this.#getOrCompute(key, compute, options));
  }

  /** What is being computed of the keys that are meant is given to who waits for it, but not kept. */
  outdate(isMeant: (key: string) => boolean): void {
    for (const [key, flight] of this.#flights) {
      if (!isMeant(key)) continue;
      flight.isOutdated = true;
      this.#flights.delete(key);
    }
  }

  #fly(key: string, work: () => Promise<unknown>): Promise<unknown> {
    const flight: Flight = { value: work(), isOutdated: false };
    this.#flights.set(key, flight);
    const land = () => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    flight.value.then(land, land);
    return flight.value;
  }

  async #getOrCompute(key: string, compute: () => unknown, options: ComputeOptions): Promise<unknown> {
    const found = await this.#cache.get(key);
    if (found && isStale(found, this.#options.now())) this.#renew(key, compute, options);
    if (found) return given(found);
    const flight = this.#flights.get(key);
    const lease = await this.#leaseOrFound(key);
    if ('value' in lease) return given(lease);
    return this.#compute(key, compute, options, lease, flight);
  }

  /** Computes anew while the old value is still handed out; who fails leaves it for the next to try. */
  #renew(key: string, compute: () => unknown, options: ComputeOptions): void {
    const renewal = key + renewing;
    if (this.#flights.has(renewal)) return;
    const flight = this.#fly(renewal, async () => {
      const lease = await this.#cache.lease(key);
      const { errorTtl: _, ...kept } = options;
      if (lease) await this.#compute(key, compute, kept, lease, this.#flights.get(renewal));
    });
    flight.catch(() => {}); // the old value was given; who asks once it is too old hears why there is no new one
  }

  /** The right to compute, or what another process computed in the meantime. */
  async #leaseOrFound(key: string): Promise<Lease | Found> {
    for (let turn = 0; ; turn += 1) {
      const lease = await this.#cache.lease(key);
      const found = turn === 0 && lease ? undefined : await this.#cache.peek(key);
      if (lease && !found) return lease;
      await lease?.release();
      if (found) return found;
      await sleep(pauses[Math.min(turn, pauses.length - 1)]);
    }
  }

  async #compute(
    key: string,
    compute: () => unknown,
    { errorTtl, costOf, ...options }: ComputeOptions,
    lease: Lease,
    flight: Flight | undefined,
  ): Promise<unknown> {
    const isWanted = async () => !flight?.isOutdated && (await lease.isHeld());
    const started = performance.now();
    try {
      const value = await compute();
      const savedMs = options.savedMs ?? costOf?.() ?? performance.now() - started;
      const persist = options.persist ?? (options.savedMs === undefined ? 'ifWorth' : true);
      if (await isWanted()) await this.#keep(key, value, { ...options, savedMs, persist });
      return value;
    } catch (error) {
      if (errorTtl !== undefined && (await isWanted())) {
        const { staleWhileRevalidate: _, ...kept } = options;
        await this.#cache.set(key, toErrorData(error), { ...kept, ttl: errorTtl, failed: true });
      }
      throw error;
    } finally {
      await lease.release();
    }
  }

  async #keep(key: string, value: unknown, options: SetOptions): Promise<void> {
    try {
      this.#options.kept(key, (await this.#cache.put(key, value, options)).expiresAt);
    } catch (error) {
      if (!(error instanceof NotEncodable)) throw error;
      this.#options.refused(key, `It is computed each time: ${error.message}`);
    }
  }
}

function isStale({ meta }: Found, now: number): boolean {
  return meta.staleAt !== undefined && meta.staleAt <= now;
}

function given({ value, meta }: Found): unknown {
  if (meta.failed) throw fromErrorData(value as Parameters<typeof fromErrorData>[0]); // made by `#compute`
  return value;
}
