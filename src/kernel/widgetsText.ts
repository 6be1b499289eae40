import { UserError } from '../base/errors.ts';
import type { WidgetOptions } from '../protocol/output.ts';
import { type WidgetSettings, widgetState } from './widget.ts';

/** What a text may be. */
export interface TextSettings extends WidgetSettings<string> {
  /** Stands in the field while it is empty. */
  readonly placeholder?: string;
  /** True wants at least one sign. */
  readonly required?: boolean;
  /** Most characters. */
  readonly maxLength?: number;
  /** What the whole text must match, and what the reader is told when it does not. */
  readonly pattern?: RegExp | string;
  readonly patternHelp?: string;
}

/**
 * A line of text. It counts when typing pauses, or with Enter.
 * @param settings the `value` before anyone types (empty), `placeholder`, and what the text may be
 * @throws UserError when `--set` gives a text that it may not be
 * @example
 * const airport = text('Airport', { placeholder: 'ATL', pattern: /[A-Z]{3}/, patternHelp: 'must be three capitals' });
 */
export function text(label: string, settings: TextSettings = {}): string {
  return textState('text', label, settings);
}

/**
 * Text of several lines. It counts when typing pauses, or with Ctrl+Enter.
 * @param settings as for `text`, and how many `rows` are in view (4)
 * @throws UserError when `--set` gives a text that it may not be
 * @example
 * const notes = textarea('Notes', { rows: 6 });
 */
export function textarea(label: string, settings: TextSettings & { readonly rows?: number } = {}): string {
  return textState('textarea', label, settings, { rows: settings.rows ?? 4 });
}

function textState(kind: 'text' | 'textarea', label: string, settings: TextSettings, more: WidgetOptions = {}): string {
  const { placeholder, required, maxLength, patternHelp } = settings;
  const pattern = patternOf(label, settings.pattern);
  const options = {
    ...more,
    ...(placeholder !== undefined && { placeholder }),
    ...(required !== undefined && { required }),
    ...(maxLength !== undefined && { maxLength }),
    ...(pattern !== undefined && { pattern }),
    ...(patternHelp !== undefined && { patternHelp }),
  };
  return widgetState({ kind, label, initial: settings.value ?? '', settings, options }) as string;
}

function patternOf(label: string, pattern: RegExp | string | undefined): string | undefined {
  const source = pattern instanceof RegExp ? pattern.source : pattern;
  if (source === undefined) return undefined;
  try {
    new RegExp(source, 'u');
    return source;
  } catch {
    throw new UserError(`text "${label}": its \`pattern\` is no regular expression: ${source}`);
  }
}
