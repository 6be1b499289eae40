import { parseDuration } from '../base/duration.ts';
import { type CellLayoutSpec, completeLayout } from './cellLayout.ts';

/** What a person may write about a cell behind its marker: `// %% Title {"cache": "off"}`. */
export interface CellSpec {
  readonly cache?: 'auto' | 'off' | 'always' | CellCacheSpec;
  readonly disabled?: boolean;
  readonly hideCode?: boolean;
  readonly run?: 'auto' | 'manual';
  readonly name?: string;
  /** Where the cell stands in the app; it means nothing to a run. */
  readonly layout?: CellLayoutSpec;
}

/** How long and where a cell's results are kept. */
export interface CellCacheSpec {
  /** Text with a unit ("90s", "10m", "1h", "7d") or milliseconds. */
  readonly ttl?: string | number;
  /** False keeps results in memory only. */
  readonly persist?: boolean;
  /** Becomes part of the cell's key: another text makes it a new cell to the cache. */
  readonly key?: string;
}

/** Options as they stand in a file: known keys, values not yet checked. A `CellSpec` is one. */
export type WrittenOptions = { readonly [Key in keyof CellSpec]?: unknown };

/** A cell's options, complete; what the engine works with. */
export interface Cell {
  readonly cache: CellCache;
  readonly disabled: boolean;
  readonly hideCode: boolean;
  readonly run: 'auto' | 'manual';
  /** A stable name, or null where none was given. */
  readonly name: string | null;
}

/** How a cell is cached, complete. */
export interface CellCache {
  readonly mode: 'auto' | 'off' | 'always';
  /** Milliseconds a result stays good, or null for no limit. */
  readonly ttlMs: number | null;
  readonly persist: boolean;
  readonly key: string | null;
}

/** The names an option may have; any other key makes the `{…}` part of the title. */
export const OPTION_NAMES = [
  'cache',
  'disabled',
  'hideCode',
  'run',
  'name',
  'layout',
] as const satisfies (keyof CellSpec)[];

/** Fills the defaults in; a wrong value is named in `problems`, and its default stands in for it. */
export function completeCell(options: WrittenOptions): CompleteCell {
  return Object.keys(options).length ? complete(options) : WITHOUT_OPTIONS;
}

interface CompleteCell {
  readonly cell: Cell;
  readonly problems: readonly string[];
}

function complete(options: WrittenOptions): CompleteCell {
  const problems: string[] = [];
  const cell: Cell = {
    cache: completeCache(options.cache, problems),
    disabled: flag('disabled', options.disabled, false, problems),
    hideCode: flag('hideCode', options.hideCode, false, problems),
    run: completeRun(options.run, problems),
    name: text('name', options.name, problems),
  };
  return { cell, problems: [...problems, ...completeLayout(options.layout, 0).problems] };
}

/** Of a cell that has none: one object for all, which makes them quick to compare. */
const WITHOUT_OPTIONS = complete({});

const CACHE_KEYS = ['ttl', 'persist', 'key'];

function completeCache(value: unknown, problems: string[]): CellCache {
  const keepAll: CellCache = { mode: 'auto', ttlMs: null, persist: true, key: null };
  if (value === undefined) return keepAll;
  if (value === 'auto' || value === 'off' || value === 'always') return { ...keepAll, mode: value };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push(
      `\`cache\` must be "auto", "off", "always" or an object such as {"ttl": "1h"}, but is ${JSON.stringify(value)}.`,
    );
    return keepAll;
  }
  for (const key of Object.keys(value).filter((key) => !CACHE_KEYS.includes(key)))
    problems.push(`\`cache.${key}\` is not an option; \`cache\` knows "ttl", "persist" and "key".`);
  const spec = value as Readonly<Record<string, unknown>>; // an object that JSON made
  return {
    mode: 'auto',
    ttlMs: completeTtl(spec.ttl, problems),
    persist: flag('cache.persist', spec.persist, true, problems),
    key: text('cache.key', spec.key, problems),
  };
}

function completeTtl(value: unknown, problems: string[]): number | null {
  if (value === undefined) return null;
  const ttlMs = parseDuration(value);
  if (ttlMs === null)
    problems.push(
      `\`cache.ttl\` must be a time such as "90s", "10m", "1h" or "7d", or a number of milliseconds, but is ${JSON.stringify(value)}.`,
    );
  return ttlMs;
}

function completeRun(value: unknown, problems: string[]): 'auto' | 'manual' {
  if (value === 'auto' || value === 'manual') return value;
  if (value !== undefined) problems.push(`\`run\` must be "auto" or "manual", but is ${JSON.stringify(value)}.`);
  return 'auto';
}

function flag(option: string, value: unknown, otherwise: boolean, problems: string[]): boolean {
  if (typeof value === 'boolean') return value;
  if (value !== undefined) problems.push(`\`${option}\` must be true or false, but is ${JSON.stringify(value)}.`);
  return otherwise;
}

function text(option: string, value: unknown, problems: string[]): string | null {
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  if (value !== undefined)
    problems.push(`\`${option}\` must be a text that is not empty, but is ${JSON.stringify(value)}.`);
  return null;
}
