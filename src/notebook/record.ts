import type { ExportInfo, Read, RunId, ValuesRef } from '../protocol/kernel.ts';
import type { ConsoleLine, Output } from '../protocol/output.ts';

/** Part of every key: raise it when the meaning of records or keys changes. */
export const SCHEMA = 1;

/** What a run touched that wrote files. */
export const WRITING = 'writing files';

/** What a finished run leaves: small, always kept, and enough to show the cell without running it. */
export interface CellRecord {
  readonly key: string;
  readonly staticKey: string;
  /** The named digests that the static key is made of. */
  readonly components: Readonly<Record<string, string>>;
  readonly reads: readonly Read[];
  readonly outputs: readonly Output[];
  readonly console: readonly ConsoleLine[];
  readonly exports: readonly ExportInfo[];
  readonly values: ValuesRef | null;
  /** What the run touched that may differ next time: clock, randomness, network… */
  readonly impure: readonly string[];
  /** The session in which an impure result is taken as it stands. */
  readonly session: string;
  readonly run: RunId;
  readonly ms: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** The digests downstream cells depend on: content, or for what has none the run that made it. */
export function exportDigest(record: CellRecord, name: string): string {
  const info = record.exports.find((e) => e.name === name);
  if (!info) return 'absent';
  if (info.digest !== null) return info.digest;
  return record.impure.length ? `run ${record.run}` : `record ${record.key}`;
}
