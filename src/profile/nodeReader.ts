import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CodeOrigin, CpuProfileNode, FlameFrame } from '../protocol/profileResult.ts';
import type { FunctionInfo } from './functionSurvey.ts';
import { isHarness, type ScriptLocations } from './locations.ts';
import { MARK } from './markCalls.ts';
import { isPackage, type Sources } from './sources.ts';

/** A function in the model, with its declaration where its source is known. */
export interface ModelFrame extends FlameFrame {
  readonly info: FunctionInfo | null;
  /** The same for the same function in every profile. */
  readonly key: string;
}

export interface SourceLine {
  readonly file: string;
  readonly line: number;
}

/** Ticks on one source line. */
export interface LineTicks extends SourceLine {
  readonly ticks: number;
}

/** What a node of the raw profile means: nothing of its own, not to be counted, a marked line of its caller, or a function. */
type Meaning = 'through' | 'excluded' | { readonly marked: number } | ModelFrame;

/** Reads nodes of a raw profile in terms of the sources. */
export class NodeReader {
  readonly #locations: ScriptLocations;
  readonly #sources: Sources;

  readonly #moduleBody: Meaning;

  /** @param loading modules were still being loaded, so what their bodies do is what was profiled */
  constructor(locations: ScriptLocations, sources: Sources, loading: boolean) {
    this.#locations = locations;
    this.#sources = sources;
    this.#moduleBody = loading ? frame('(module)', null, null, 'own') : 'excluded';
  }

  /** @param outside no code of the target has been met on the way down */
  meaning({ callFrame }: CpuProfileNode, outside: boolean): Meaning {
    const { functionName, url, lineNumber, columnNumber } = callFrame;
    if (functionName === '(garbage collector)') return frame(functionName, null, null, 'gc');
    if (/^\((root|program|idle)\)$/.test(functionName)) return 'through';
    if (url === '') return outside ? 'through' : frame(functionName || '(built-in)', null, null, 'native');
    if (url.startsWith('node:')) return outside ? 'through' : frame(functionName, url, lineNumber + 1, 'node');
    if (!this.#locations.has(url)) return foreign(functionName, url, lineNumber + 1, outside);
    if (/^(given|\$memoirArgs)$/.test(functionName)) return 'excluded';
    if (functionName === '' && lineNumber === 0 && columnNumber === 0) return this.#moduleBody;
    const marked = this.#locations.textAt(lineNumber + 1, columnNumber + 1).match(MARKED);
    if (marked) return { marked: Number(marked[1]) };
    return this.#ofScript(callFrame);
  }

  lineTicks({ callFrame, positionTicks = [] }: CpuProfileNode): readonly LineTicks[] {
    if (!this.#locations.has(callFrame.url)) return [];
    return positionTicks.flatMap(({ line, ticks }) => {
      const place = this.#locations.ofLine(callFrame.url, line);
      return place && !isHarness(place.file) ? [{ file: place.file, line: place.line, ticks }] : [];
    });
  }

  /** The function that a line belongs to where it lies outside of the function it was seen in; otherwise null. */
  inlined({ file, line }: LineTicks, { file: seenIn, info }: ModelFrame): ModelFrame | null {
    if (file === seenIn && info && info.line <= line && line <= info.endLine) return null;
    const own = this.#sources.functionOfLine(file, line);
    return own && own !== info ? sourceFrame(own, file) : null;
  }

  #ofScript({ functionName: name, url, lineNumber, columnNumber }: CpuProfileNode['callFrame']): Meaning {
    const place = this.#locations.of(url, lineNumber + 1, columnNumber + 1);
    if (!place || isHarness(place.file) || place.line > this.#sources.lineCount(place.file)) return 'through';
    const info = this.#sources.functionAt(place.file, place.line, place.column);
    return info ? sourceFrame(info, place.file) : frame(name, place.file, place.line, originOf(place.file));
  }
}

const MARKED = new RegExp(`^\\(?\\(?\\${MARK}(\\d+)`);

function sourceFrame(info: FunctionInfo, file: string): ModelFrame {
  const { name, line, start, end } = info;
  return { name, file, line, origin: originOf(file), info, key: `${file}:${start}:${end}` };
}

function originOf(file: string): CodeOrigin {
  return isPackage(file) ? 'package' : 'own';
}

/** The folder of Memoir's own bundles: a program's load and sql run in it, under names that tell nobody anything. */
const MEMOIR = dirname(fileURLToPath(import.meta.url));

/** Code that was loaded from outside of the bundle: a package, Memoir, or the profiler itself. */
function foreign(name: string, url: string, line: number, outside: boolean): Meaning {
  const file = url.startsWith('file:') ? fileURLToPath(url) : url;
  if (dirname(file) === MEMOIR) return outside ? 'through' : frame('Memoir', null, null, 'native');
  if (isPackage(file)) return frame(name, file, line, 'package');
  return outside ? 'through' : frame(name, file, line, 'node');
}

function frame(name: string, file: string | null, line: number | null, origin: CodeOrigin): ModelFrame {
  return { name: name || '(anonymous)', file, line, origin, info: null, key: `${origin} ${file}:${line} ${name}` };
}
