import type { Captured, ExportInfo, Read, RunId, ValuesRef } from '../protocol/kernel.ts';
import { type ConsoleLine, type LayoutData, MIME, type Output, type WidgetData } from '../protocol/output.ts';
import { type Components, keyOf } from './cellKey.ts';
import type { FollowedFunction } from './compile.ts';
import { withFunctionDigests } from './functionDigests.ts';

/** What a run touched that wrote files. */
export const WRITING = 'writing files';

/** What a finished run leaves: small, always kept, and enough to show the cell without running it. */
export interface CellRecord {
  readonly key: string;
  readonly staticKey: string;
  /** The named digests that the static key is made of. */
  readonly components: Components;
  readonly reads: readonly Read[];
  readonly outputs: readonly Output[];
  readonly console: readonly ConsoleLine[];
  readonly exports: readonly ExportInfo[];
  readonly values: ValuesRef | null;
  /** Milliseconds that loading the values would take; records of earlier versions lack it. */
  readonly encodeMs?: number;
  /** What the run touched that may differ next time: clock, randomness, network… */
  readonly impure: readonly string[];
  /** The session in which an impure result is taken as it stands. */
  readonly session: string;
  readonly run: RunId;
  readonly ms: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** What a run was made from, kept beside the cell's last record so that a later run can say what changed. */
export interface Background {
  /** Digests of the texts of the cell, under its own name, and of the local modules it imports, by their paths. */
  readonly texts: Readonly<Record<string, string>>;
  /** What each input was, in a word or two. */
  readonly inputs: Shapes;
}

/** Inputs by name, in a word or two: `1,204 rows`, `15`. */
export type Shapes = Readonly<Record<string, string>>;

/** The digests downstream cells depend on: content, or for what has none the run that made it. */
export function exportDigest(record: CellRecord, name: string): string {
  const info = record.exports.find((e) => e.name === name);
  if (!info) return 'absent';
  if (info.digest !== null) return info.digest;
  return record.impure.length ? `run ${record.run}` : `record ${record.key}`;
}

/** What a run showed of the widget `name`. */
export function widgetIn({ outputs }: CellRecord, name: string): WidgetData | undefined {
  return [...widgetsIn(outputs)].find((widget) => widget.name === name);
}

/** The widgets that outputs show, also those within layouts; the fields of a form count with the form. */
function* widgetsIn(outputs: readonly Output[]): Generator<WidgetData> {
  for (const { mime, data } of outputs.flatMap(({ items }) => items)) {
    if (mime === MIME.widget) yield data as WidgetData; // drawn by the kernel
    if (mime === MIME.layout) for (const child of (data as LayoutData).children) yield* widgetsIn(child.outputs);
  }
}

/** A run that has ended well. */
export interface Finished
  extends Pick<
    CellRecord,
    'run' | 'outputs' | 'console' | 'reads' | 'exports' | 'values' | 'encodeMs' | 'impure' | 'ms'
  > {
  readonly captured: readonly Captured[];
}

/** The record of a finished run under the key it began with. */
export function recordOf(
  finished: Finished,
  functions: ReadonlyMap<string, FollowedFunction>,
  { key: staticKey, components }: { readonly key: string; readonly components: Components },
  made: Pick<CellRecord, 'session' | 'createdAt'>,
): CellRecord {
  const { run, outputs, console, reads, values, encodeMs = 0, impure, ms } = finished;
  const key = recordKey(staticKey, reads);
  const exports = withFunctionDigests(finished, functions, components);
  return { key, staticKey, components, reads, outputs, console, exports, values, encodeMs, impure, run, ms, ...made };
}

/** The key of the record of a run with `staticKey` that read `reads`. */
export function recordKey(staticKey: string, reads: readonly Read[]): string {
  const components: Components = Object.fromEntries(reads.map(({ kind, name, digest }) => [`${kind} ${name}`, digest]));
  return keyOf('record', { ...components, staticKey });
}

/** Whether a second run gave what the first did; of values without a digest it is known by what the runs depended on. */
export function sameExports(first: CellRecord, second: CellRecord): boolean {
  const digests = new Map(second.exports.map(({ name, digest }) => [name, digest]));
  return first.exports.every(({ name, digest }) =>
    digest === null ? first.key === second.key && digests.get(name) === null : digests.get(name) === digest,
  );
}
