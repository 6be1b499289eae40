import type { CellRecord } from '../notebook/record.ts';
import type { CellId, ValuesRef } from '../protocol/kernel.ts';

/** The values of a cell as they lie in the cache. */
export interface KeptValues {
  readonly directory: string;
  readonly cell: CellId;
  readonly names: readonly string[];
  readonly values: ValuesRef;
}

/** Whether a cell's values lie in the cache, and all that they point into. */
export function isKept({ values, exports }: CellRecord, records: readonly CellRecord[]): boolean {
  if (!values) return false;
  return values.refs.every((ref) => {
    const owner = records.find((one) => one.exports !== exports && one.exports.some(({ digest }) => digest === ref));
    return owner !== undefined && isKept(owner, records);
  });
}

/** Gives the profiler's bundles `$memoirKept`, the values of a cell taken from the cache, and `$memoirCopy`. */
export function offerKeptValues(): void {
  let values: Promise<(kept: KeptValues) => Promise<Record<string, unknown>>> | null = null;
  const $memoirKept = async (kept: KeptValues) => {
    values ??= reader(kept.directory);
    return (await values)(kept);
  };
  const $memoirCopy = async (value: unknown) => {
    const { exactCopies } = await import('./exactCopies.ts');
    return exactCopies(value)?.() ?? value;
  };
  Object.assign(globalThis, { $memoirKept, $memoirCopy });
}

async function reader(directory: string) {
  const [{ Blobs }, { Values }] = await Promise.all([
    import('../cache/blobs.ts'),
    import('../kernel/values.ts'),
    import('../kernel/data.ts'), // which lets values hold tables
  ]);
  const all = new Values(new Blobs(directory));
  return async ({ cell, names, values }: KeptValues): Promise<Record<string, unknown>> => {
    if (!(await all.restore(cell, values)))
      throw new Error('Values that the notebook had kept are gone. Run the notebook again, then profile the cell.');
    return all.inputs(names.map((name) => ({ name, cell })));
  };
}
