import type { ExportInfo } from '../protocol/kernel.ts';
import { isTable, isTableLike, rowsTable } from './displayTable.ts';
import { outsideRuns } from './run.ts';

/** How many columns and rows are looked at. */
const MOST = 200;

/** What is told of exports, with the columns of those that are tables: so that an editor can name them. */
export function withColumns(
  exports: readonly ExportInfo[],
  values: Readonly<Record<string, unknown>>,
): Promise<ExportInfo[]> {
  return outsideRuns(() =>
    Promise.all(
      exports.map(async (info) => {
        const columns = await columnsOf(values[info.name]);
        return columns?.length ? { ...info, columns } : info;
      }),
    ),
  );
}

async function columnsOf(value: unknown): Promise<ExportInfo['columns'] | null> {
  try {
    if (isTable(value)) {
      const fields = await value.schema?.();
      return fields?.slice(0, MOST).map(({ name, type }) => ({ name, type })) ?? null;
    }
    return isTableLike(value) ? rowsTable(value.slice(0, MOST)).columns : null;
  } catch {
    return null; // a query that is wrong says so where it is run
  }
}
