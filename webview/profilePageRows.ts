import type { ProfileView } from '../src/protocol/panel.ts';
import type { CodeOrigin } from '../src/protocol/profileResult.ts';
import { isOpenable, placeText } from './profilePageText.ts';

/** A row of a table of costs. */
export interface CostRow {
  readonly title: string;
  readonly isCode: boolean;
  readonly place: string;
  /** Null where there is no source to open. */
  readonly at: { readonly file: string; readonly line: number } | null;
  readonly origin: CodeOrigin;
  readonly percent: number;
  readonly plusMinus: number;
  readonly selfMs: number;
  readonly totalMs: number;
}

export function lineRows({ result, paths, source }: ProfileView): CostRow[] {
  return (result.cpu?.lines ?? []).map(({ file, line, ...cost }) => {
    const text = source[file]?.[line]?.trim();
    const place = placeText(paths, file, line);
    return { ...cost, title: text || place, isCode: Boolean(text), place: text ? place : '', at: { file, line } };
  });
}

export function functionRows({ result, paths }: ProfileView): CostRow[] {
  return (result.cpu?.functions ?? []).map(({ name, file, line, ...cost }) => ({
    ...cost,
    title: name,
    isCode: true,
    place: file === null ? BUILT_IN[cost.origin] : placeText(paths, file, line),
    at: isOpenable(file) && line !== null ? { file, line } : null,
  }));
}

const BUILT_IN: Readonly<Record<CodeOrigin, string>> = {
  own: '',
  package: 'package',
  node: 'Node.js',
  native: 'built in',
  gc: 'garbage collection',
};
