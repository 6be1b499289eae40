import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type ErrorData, messageOf, toErrorData } from '../base/errors.ts';
import type { CellError, CellId } from '../protocol/kernel.ts';
import type { ModuleLoader } from './loader.ts';

const CELL_URL = 'memoir-cell:';

interface CellSource {
  readonly label: string;
  readonly map: SourceMap | null;
}

/** Knows the source maps of compiled cells and turns stacks into the cells' own lines. */
export class CellStacks {
  readonly #sources = new Map<string, CellSource>();
  readonly #modules: Pick<ModuleLoader, 'original'>;

  constructor(modules: Pick<ModuleLoader, 'original'>) {
    this.#modules = modules;
  }

  /** The file name to compile a cell under. */
  register(cell: CellId, label: string, map: string): string {
    this.#sources.set(cell, { label, map: map ? new SourceMap(JSON.parse(map)) : null });
    return `${CELL_URL}${cell}`;
  }

  /** The cell in whose code `error` was thrown, if any. */
  cellOf(error: unknown): CellId | null {
    const stack = error instanceof Error ? String(error.stack) : '';
    return (/memoir-cell:([^:\s)]+):\d+:\d+/.exec(stack)?.[1] as CellId | undefined) ?? null; // only `register` makes such names
  }

  /** `error` as data, its stack in terms of the cells; line and column are those in `cell`. */
  describe(error: unknown, cell: CellId): CellError {
    const data = toErrorData(error);
    const at = this.#positionIn(data, cell);
    const parts = partsOf(error);
    const message = parts.length ? `${data.message}\n${parts.map((part) => `  - ${part}`).join('\n')}` : data.message;
    return { ...this.#readable(data), message, line: at?.line ?? null, column: at?.column ?? null };
  }

  /** Where in `cell` the error, or else what caused it, was thrown. */
  #positionIn(data: ErrorData, cell: CellId): { line: number; column: number } | null {
    for (const frame of (data.stack ?? '').split('\n')) {
      const position = this.#position(frame, cell);
      if (position) return position;
    }
    return data.cause ? this.#positionIn(data.cause, cell) : null;
  }

  #readable(data: ErrorData): ErrorData {
    const frames = (data.stack ?? '').split('\n').filter((line) => !isInternal(line));
    const stack = frames.map((line) => this.#translate(line)).join('\n');
    return { ...data, ...(stack && { stack }), ...(data.cause && { cause: this.#readable(data.cause) }) };
  }

  #position(frame: string, cell: CellId): { line: number; column: number } | null {
    const match = /memoir-cell:([^:\s)]+):(\d+):(\d+)/.exec(frame);
    return match?.[1] === cell ? this.#original(cell, Number(match[2]), Number(match[3])) : null;
  }

  #translate(frame: string): string {
    return frame
      .replace(/memoir-cell:([^:\s)]+):(\d+):(\d+)/g, (_, cell: string, line: string, column: string) => {
        const at = this.#original(cell, Number(line), Number(column));
        const label = this.#sources.get(cell)?.label ?? cell;
        return at ? `${label}:${at.line}:${at.column}` : label;
      })
      .replace(/(file:\/\/[^\s)]*?|\/[^\s()]*?):(\d+):(\d+)/g, (_, file: string, line: string, column: string) => {
        const path = pathOf(file);
        const at = this.#modules.original(path, Number(line), Number(column));
        return `${path}:${at.line}:${at.column}`;
      });
  }

  /** The place in the cell's text; null for the line that is put in front of it, where imports are taken. */
  #original(cell: string, line: number, column: number): { line: number; column: number } | null {
    if (line === 1) return null;
    const entry = this.#sources.get(cell)?.map?.findEntry(line - 1, column - 1);
    return entry && 'originalLine' in entry
      ? { line: entry.originalLine + 1, column: entry.originalColumn + 1 }
      : { line, column };
  }
}

function pathOf(url: string): string {
  if (!url.startsWith('file:')) return url;
  try {
    return fileURLToPath(url.split('?')[0]!);
  } catch {
    return url;
  }
}

/** What an `AggregateError` is made of, one line each. */
function partsOf(error: unknown): string[] {
  return error instanceof AggregateError
    ? error.errors.slice(0, 10).map((part) => `${part?.name ?? 'Error'}: ${messageOf(part)}`)
    : [];
}

function isInternal(frame: string): boolean {
  return /^\s+at (async Promise\.\w+ \(index|.*(node:internal|node:vm|node:async_hooks|memoir-kernel|[\\/]dist[\\/](kernel|index|chunk-)))/.test(
    frame,
  );
}
