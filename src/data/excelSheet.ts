import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import readExcel from 'read-excel-file/node';
import { messageOf, UserError } from '../base/errors.ts';
import { nearestName } from './nearestName.ts';
import { textRow } from './textRows.ts';

/** What of which file is written where. */
export interface SheetJob {
  readonly source: string;
  readonly sheet: string | undefined;
  readonly text: string;
}

/** What was written. */
export interface WrittenSheet {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: number;
}

type Cell = string | number | boolean | Date | null;

/** Writes one sheet of an Excel file as lines of text: its first row names the columns, and blank rows do not count. */
export async function writeSheet({ source, sheet, text }: SheetJob): Promise<WrittenSheet> {
  const [head, ...rows] = (await readSheet(source, sheet)).filter((row) => row.some((cell) => cell !== null));
  if (!head) throw new UserError(`${source}: the sheet is empty.`);
  const names = columnNames(head);
  const lines = function* () {
    for (const row of rows) yield textRow(names.map((_, index) => asText(row[index] ?? null)));
  };
  await pipeline(Readable.from(lines()), createWriteStream(text));
  const columns = names.map((name, index) => ({ name, type: typeOf(rows.map((row) => row[index] ?? null)) }));
  return { columns, rows: rows.length };
}

async function readSheet(path: string, wanted: string | undefined): Promise<readonly (readonly Cell[])[]> {
  let sheets: readonly { readonly sheet: string; readonly data: readonly (readonly unknown[])[] }[];
  try {
    sheets = await readExcel(path, { trim: false });
  } catch (cause) {
    throw new UserError(`${path} cannot be read as an Excel file (.xlsx): ${messageOf(cause)}`, { cause });
  }
  const names = sheets.map(({ sheet }) => sheet);
  const found =
    wanted === undefined ? sheets[0] : sheets.find(({ sheet }) => sheet.toLowerCase() === wanted.toLowerCase());
  if (found) return found.data as readonly (readonly Cell[])[]; // what the library gives for cells
  const nearest = nearestName(wanted ?? '', names);
  throw new UserError(
    `${path} has no sheet "${wanted}". ${nearest ? `Did you mean "${nearest}"?` : `It has ${names.join(', ')}.`}`,
  );
}

/** The names in the first row; columns without one are called by their letter, and what repeats gets a number. */
function columnNames(head: readonly Cell[]): readonly string[] {
  const taken = new Set<string>();
  return head.map((cell, index) => {
    const wanted = cell === null || cell === '' ? letters(index) : asText(cell)!.trim();
    let name = wanted;
    for (let count = 1; taken.has(name.toLowerCase()); count++) name = `${wanted}_${count}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

function letters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}

/** The narrowest type that keeps every cell as it is; what is mixed is text. */
function typeOf(cells: readonly Cell[]): string {
  const present = cells.filter((cell) => cell !== null);
  if (present.length === 0) return 'VARCHAR';
  if (present.every((cell) => typeof cell === 'number'))
    return present.every(Number.isSafeInteger) ? 'BIGINT' : 'DOUBLE';
  if (present.every((cell) => typeof cell === 'boolean')) return 'BOOLEAN';
  if (!present.every((cell) => cell instanceof Date)) return 'VARCHAR';
  return present.every((date) => date.getTime() % 86_400_000 === 0) ? 'DATE' : 'TIMESTAMP';
}

function asText(cell: Cell): string | null {
  if (cell === null) return null;
  return cell instanceof Date ? cell.toISOString().replace(/(T00:00:00\.000)?Z$/, '') : String(cell);
}
