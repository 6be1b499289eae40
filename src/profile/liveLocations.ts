import { findSourceMap } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Place, ScriptLocations } from './locations.ts';

/** Places in the scripts of a running program: its own files, through their source maps where Node has read them. */
export class LiveLocations implements ScriptLocations {
  has(url: string): boolean {
    return url.startsWith('file:') && !url.startsWith(OWN);
  }

  of(url: string, line: number, column: number): Place | null {
    const file = fileURLToPath(url);
    const entry = findSourceMap(file)?.findEntry(line - 1, column - 1);
    if (!entry || !('originalSource' in entry)) return { file, line, column };
    const source = entry.originalSource;
    return {
      file: source.startsWith('file:') ? fileURLToPath(source) : resolve(dirname(file), source),
      line: entry.originalLine + 1,
      column: entry.originalColumn + 1,
    };
  }

  ofLine(url: string, line: number): Place | null {
    return this.of(url, line, Number.MAX_SAFE_INTEGER);
  }

  textAt(): string {
    return '';
  }
}

/** The folder of the profiler's own code, whether built or not. */
const OWN = import.meta.url.slice(0, import.meta.url.lastIndexOf('/') + 1);
