import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { codeOf, messageOf, UserError } from '../base/errors.ts';
import type { FileState } from '../protocol/output.ts';
import { type WidgetSettings, widgetState } from './widget.ts';

/** A file that the reader chose. */
export interface ChosenFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const MAX_BYTES = 50_000_000;

/**
 * A file of the reader's: gives its name and bytes, or null until one is chosen. It is not kept beyond the window.
 * @param settings which kinds to `accept` (`'.csv,image/*'`), and `maxBytes` (50 MB)
 * @throws UserError when `--set data=path/to/file` names none
 * @example
 * const data = file('Data', { accept: '.csv' });
 * const text = data && new TextDecoder().decode(data.bytes);
 */
export function file(
  label: string,
  settings: Omit<WidgetSettings<never>, 'value'> & { readonly accept?: string; readonly maxBytes?: number } = {},
): ChosenFile | null {
  const { accept, maxBytes = MAX_BYTES } = settings;
  const options = { maxBytes, ...(accept && { accept }) };
  const state = widgetState({ kind: 'file', label, initial: null, settings, options, read: readFile });
  if (state === null) return null;
  const { name, base64 } = state as FileState;
  return { name, bytes: new Uint8Array(Buffer.from(base64, 'base64')) };
}

/** A path given by `--set` as the state that choosing the file would give. */
function readFile(given: unknown): unknown {
  if (typeof given !== 'string') return given;
  try {
    return { name: basename(given), base64: readFileSync(given).toString('base64') };
  } catch (error) {
    const why = codeOf(error) === 'ENOENT' ? 'There is no such file' : messageOf(error);
    throw new UserError(`The file "${given}" cannot be read: ${why}.`);
  }
}
