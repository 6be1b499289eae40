import { SourceMap } from 'node:module';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ErrorData } from '../base/errors.ts';
import type { CpuProfile, ProfileError } from '../protocol/profiler.ts';
import type { Bundle } from './bundle.ts';
import { HARNESS } from './harness.ts';
import { isPackage } from './sources.ts';

/** A place in a source file; line and column from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Leads places in a bundle back to the sources it was made of. */
export class BundleLocations {
  readonly url: string;
  readonly #path: string;
  readonly #map: SourceMap;
  readonly #lines: readonly string[];
  readonly #byLine = new Map<number, Place | null>();

  constructor(path: string, { code, map }: Bundle) {
    this.#path = path;
    this.url = pathToFileURL(path).href;
    this.#map = new SourceMap(JSON.parse(map));
    this.#lines = code.split('\n');
  }

  /** Where a bundle's line (from 1) begins in the sources. */
  ofLine(line: number): Place | null {
    const known = this.#byLine.get(line);
    if (known !== undefined) return known;
    const place = this.of(line, (this.#lines[line - 1] ?? '').search(/\S|$/) + 1);
    this.#byLine.set(line, place);
    return place;
  }

  /** Where a bundle's line and column (from 1) lie in the sources; null for what the bundler added. */
  of(line: number, column: number): Place | null {
    const entry = this.#map.findEntry(line - 1, column - 1);
    if (!('originalSource' in entry) || entry.generatedLine !== line - 1) return null;
    const file = resolve(dirname(this.#path), entry.originalSource);
    return { file, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
  }

  /** The rest of a bundle's line from a place on (line and column from 1). */
  textAt(line: number, column: number): string {
    return (this.#lines[line - 1] ?? '').slice(column - 1);
  }

  /** `error` with its stack in terms of the sources, and the first place there that is the user's own. */
  describe(error: ErrorData, lineCount: (file: string) => number): ProfileError {
    let own: Place | null = null;
    const frames = (error.stack ?? '').split('\n').flatMap((frame) => {
      const place = this.#placeOfFrame(frame);
      if (place === undefined) return /^\s+at /.test(frame) ? [] : [frame]; // frames of Node and of the profiler itself
      if (!place || isHarness(place.file) || place.line > lineCount(place.file)) return [];
      own ??= isPackage(place.file) ? null : place;
      return [frame.replace(AT_PLACE, `${place.file}:${place.line}:${place.column}`)];
    });
    const { file = null, line = null, column = null } = (own as Place | null) ?? {};
    return { ...error, ...(error.stack && { stack: frames.join('\n') }), file, line, column };
  }

  /** The profile as if the sources themselves had run, so that a viewer opens them. */
  mapped(profile: CpuProfile): CpuProfile {
    const nodes = profile.nodes.map((node) => {
      const { url, lineNumber, columnNumber } = node.callFrame;
      if (url !== this.url) return node;
      const place = this.of(lineNumber + 1, columnNumber + 1);
      if (!place || isHarness(place.file)) return node;
      const callFrame = {
        ...node.callFrame,
        url: pathToFileURL(place.file).href,
        lineNumber: place.line - 1,
        columnNumber: place.column - 1,
      };
      const positionTicks = node.positionTicks?.map(({ line, ticks }) => ({
        line: this.ofLine(line)?.line ?? line,
        ticks,
      }));
      return { ...node, callFrame, ...(positionTicks && { positionTicks }) };
    });
    return { ...profile, nodes };
  }

  /** Undefined for a frame outside of the bundle. */
  #placeOfFrame(frame: string): Place | null | undefined {
    const match = AT_PLACE.exec(frame);
    if (!match || !/^\s+at /.test(frame)) return undefined;
    const file = match[1]!.startsWith('file:') ? fileURLToPath(match[1]!) : match[1]!;
    if (file === this.#path) return this.of(Number(match[2]), Number(match[3]));
    return isPackage(file) ? { file, line: Number(match[2]), column: Number(match[3]) } : undefined;
  }
}

const AT_PLACE = /((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/])[^()]*?):(\d+):(\d+)(?=\)?$)/;

export function isHarness(file: string): boolean {
  return basename(file) === HARNESS;
}
