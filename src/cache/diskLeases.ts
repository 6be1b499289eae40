import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { apart, isRunning } from '../base/program.ts';
import type { DiskAccess } from './diskAccess.ts';
import * as sql from './diskSchema.ts';
import type { Lease } from './tier.ts';

const renewEvery = 10_000;
const lasts = 60_000; // without being renewed: its holder hangs, or is on another machine and gone

const free: Lease = { isHeld: async () => true, release: async () => {} };

/** Who computes what, among the processes that share a database. */
export class DiskLeases {
  readonly #access: DiskAccess;
  readonly #now: () => number;

  constructor(access: DiskAccess, now: () => number) {
    this.#access = access;
    this.#now = now;
  }

  /** Null while another process holds it; where the database fails, everybody gets one. */
  async take(key: string): Promise<Lease | null> {
    const holder = `${process.pid} ${hostname()} ${randomUUID()}`;
    const taken = await this.#access.change((connection) => {
      const held = connection.first(sql.readLease, key);
      if (held && this.#counts(String(held.holder), Number(held.renewed))) return false;
      connection.run(sql.takeLease, key, holder, this.#now());
      return true;
    }, null);
    if (taken === false) return null;
    return taken ? this.#hold(key, holder) : free;
  }

  /** Takes back all leases of keys with a prefix: what is being computed is not to be kept. */
  async revoke(prefix: string): Promise<void> {
    await this.#access.change(
      (connection) => connection.run(sql.revokeLeases, prefix, `${prefix}\u{10ffff}`),
      undefined,
    );
  }

  #hold(key: string, holder: string): Lease {
    const renew = () =>
      void this.#access.change((connection) => connection.run(sql.renewLease, this.#now(), key, holder), undefined);
    const timer = apart(() => setInterval(renew, renewEvery).unref());
    return {
      isHeld: () => this.#access.read((connection) => connection.first(sql.readLease, key)?.holder === holder, true),
      release: async () => {
        clearInterval(timer);
        await this.#access.change((connection) => connection.run(sql.releaseLease, key, holder), undefined);
      },
    };
  }

  #counts(holder: string, renewed: number): boolean {
    const [pid = '', host] = holder.split(' ');
    return Math.abs(this.#now() - renewed) < lasts && (host !== hostname() || isRunning(Number(pid)));
  }
}
