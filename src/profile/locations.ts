import { SourceMap } from 'node:module';
import { basename, dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Bundle } from './bundle.ts';
import { HARNESS } from './harness.ts';

/** A place in a source file; line and column from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Leads places in the scripts that were profiled back to their sources. Lines and columns from 1. */
export interface ScriptLocations {
  /** Whether a script is code of the user and his packages, rather than of Node or the profiler. */
  has(url: string): boolean;
  /** Null for what the bundler added. */
  of(url: string, line: number, column: number): Place | null;
  /** Where a line begins. */
  ofLine(url: string, line: number): Place | null;
  /** The rest of a line from a place on. */
  textAt(line: number, column: number): string;
}

/** Leads places in a bundle back to the sources it was made of. */
export class BundleLocations implements ScriptLocations {
  readonly #url: string;
  readonly #path: string;
  readonly #map: SourceMap;
  readonly #lines: readonly string[];
  #starts: readonly number[] | null = null;
  readonly #byLine = new Map<number, Place | null>();

  constructor(path: string, { code, map }: Bundle) {
    this.#path = path;
    this.#url = pathToFileURL(path).href;
    this.#map = new SourceMap(JSON.parse(map));
    this.#lines = code.split('\n');
  }

  has(url: string): boolean {
    return url === this.#url;
  }

  ofLine(_url: string, line: number): Place | null {
    const known = this.#byLine.get(line);
    if (known !== undefined) return known;
    const place = this.of(this.#url, line, (this.#lines[line - 1] ?? '').search(/\S|$/) + 1);
    this.#byLine.set(line, place);
    return place;
  }

  of(_url: string, line: number, column: number): Place | null {
    const entry = this.#map.findEntry(line - 1, column - 1);
    if (!('originalSource' in entry) || entry.generatedLine !== line - 1) return null;
    const file = resolve(dirname(this.#path), decodeURIComponent(entry.originalSource));
    return { file, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
  }

  /** Where in the bundle each of its lines has its first character, from the bundle's begin, and where that comes from. */
  *begins(): Generator<{ readonly offset: number; readonly place: Place }> {
    let start = 0;
    for (const [at, line] of this.#lines.entries()) {
      const place = this.ofLine(this.#url, at + 1);
      if (place) yield { offset: start + line.search(/\S|$/), place };
      start += line.length + 1;
    }
  }

  /** The place that an offset in the bundle comes from. */
  ofOffset(offset: number): Place | null {
    this.#starts ??= startsOf(this.#lines);
    const line = this.#starts.findLastIndex((start) => start <= offset);
    return this.of(this.#url, line + 1, offset - this.#starts[line]! + 1);
  }

  textAt(line: number, column: number): string {
    return (this.#lines[line - 1] ?? '').slice(column - 1);
  }
}

function startsOf(lines: readonly string[]): number[] {
  let start = 0;
  return lines.map((line) => {
    start += line.length + 1;
    return start - line.length - 1;
  });
}

export function isHarness(file: string): boolean {
  return basename(file) === HARNESS;
}
