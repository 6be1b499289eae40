import { inspect, types } from 'node:util';
import type { KernelEvent } from '../protocol/kernel.ts';
import { MIME, type Output } from '../protocol/output.ts';
import { type Collector, currentCollector } from './collect.ts';
import { Displayable, OUTPUT } from './displayable.ts';
import { imageOutput, imageType } from './displayImage.ts';
import { isTable, isTableLike, rowsTable, tableOutput, tableView } from './displayTable.ts';
import { inspectText, inspectValue } from './inspectValue.ts';

/** What the kernel leaves on `globalThis[Symbol.for('memoir.kernel')]` for the code that it runs. */
export interface DisplayHost {
  display(output: Output): void;
  /** Work that belongs to the running cell: the cell settles after it. */
  waitFor?(work: Promise<unknown>): void;
  /** Something that the notebook is to hear of, beside outputs. */
  tell?(event: Extract<KernelEvent, { type: 'move' | 'toast' }>): void;
}

/**
 * A value as a cell shows it, always with text beside the richer formats; null for undefined, which shows nothing.
 * Whatever the value, this rejects only for something made to be shown that cannot be (a chart of a missing column).
 */
export async function toOutput(value: unknown): Promise<Output | null> {
  if (value === undefined) return null;
  try {
    if (!types.isProxy(value)) return await richOutput(value);
  } catch (error) {
    if (isUserError(error) || isDisplayable(value)) throw error;
  }
  return valueOutput(value);
}

/** Stands for the cell, where nothing is being put together. */
const cell: Pick<Collector, 'last'> = { last: Promise.resolve() };

/**
 * Shows a value at once, above what the cell's last expression shows; outputs keep the order of the calls. In plain
 * Node it prints the value's text. The promise need not be awaited.
 * @param value anything: what `chart`, `md` and their kin give, rows, tables, images as bytes, plain values
 * @example
 * display(md`Before: ${rows.length} rows`);
 */
export function display(value: unknown): Promise<void> {
  const output = toOutput(value);
  const place = currentCollector() ?? cell;
  const turn = place.last;
  const shown = (async () => {
    const ready = await Promise.allSettled([output, turn]).then(() => output);
    if (ready) deliver(ready);
  })();
  place.last = shown.catch(() => {}); // the one who displays it hears
  const result = shown.then(); // in plain Node a rejection that nobody hears stays one
  const kernel = host();
  if (kernel?.waitFor) {
    kernel.waitFor(shown);
    result.catch(() => {}); // the run does
  }
  return result;
}

function deliver(output: Output): void {
  const kernel = host();
  if (kernel) kernel.display(output);
  else console.log(output.items.find((item) => item.mime === MIME.text)?.data ?? '');
}

/** Tells the notebook something, where there is one. */
export function tellHost(event: Parameters<NonNullable<DisplayHost['tell']>>[0]): void {
  host()?.tell?.(event);
}

function host(): DisplayHost | undefined {
  return (globalThis as { [key: symbol]: DisplayHost | undefined })[Symbol.for('memoir.kernel')];
}

async function richOutput(value: unknown): Promise<Output> {
  if (typeof value !== 'object' || value === null) return valueOutput(value);
  if (OUTPUT in value) return await outputOf(value as { [OUTPUT]: unknown });
  if (isTable(value)) return await tableView(value)[OUTPUT]();
  if (isTableLike(value)) return tableOutput(rowsTable(value));
  if (types.isNativeError(value)) return textOutput(inspect(value));
  const image = types.isUint8Array(value) ? imageType(value) : null;
  return image ? imageOutput(value as Uint8Array, image) : valueOutput(value);
}

async function outputOf(value: { [OUTPUT]: unknown }): Promise<Output> {
  const make = value[OUTPUT];
  const output: unknown = typeof make === 'function' ? await make.call(value) : null;
  if (!isOutput(output)) return valueOutput(value);
  const hasText = output.items.some((item) => item.mime === MIME.text);
  return hasText ? output : { items: [...output.items, { mime: MIME.text, data: inspectText(value) }] };
}

function isOutput(output: unknown): output is Output {
  return typeof output === 'object' && output !== null && 'items' in output && Array.isArray(output.items);
}

function valueOutput(value: unknown): Output {
  return {
    items: [
      { mime: MIME.value, data: inspectValue(value) },
      { mime: MIME.text, data: inspectText(value) },
    ],
  };
}

function textOutput(text: string): Output {
  return { items: [{ mime: MIME.text, data: text }] };
}

function isDisplayable(value: unknown): boolean {
  try {
    return value instanceof Displayable;
  } catch {
    return false; // a hostile prototype
  }
}

/** By name, because a user's code may hold another copy of the class. */
function isUserError(error: unknown): boolean {
  return types.isNativeError(error) && error.name === 'UserError';
}
