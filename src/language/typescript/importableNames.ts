import ts from 'typescript';

/** TypeScript's own cache of what could be imported; its editor uses it, its types do not name it. */
export interface ExportCache {
  isEmpty(): boolean;
  clear(): void;
  releaseSymbols(): void;
  /** Forgets all where a file's change could matter to others than itself. */
  onFileChanged(before: ts.SourceFile, now: ts.SourceFile, typeAcquisition: boolean): boolean;
}

interface CacheHost {
  getCurrentProgram(): ts.Program | undefined;
  getPackageJsonAutoImportProvider(): undefined;
  getGlobalTypingsCacheLocation(): undefined;
}

interface Internals {
  createCacheableExportInfoMap(host: CacheHost): ExportCache;
}

/** What could be imported, gathered once for a cell's file instead of with every suggestion. */
export class ImportableNames {
  readonly cache: ExportCache;
  #program: ts.Program | undefined;

  constructor() {
    const { createCacheableExportInfoMap } = ts as unknown as Internals; // see ExportCache
    this.cache = createCacheableExportInfoMap({
      getCurrentProgram: () => this.#program,
      getPackageJsonAutoImportProvider: () => undefined,
      getGlobalTypingsCacheLocation: () => undefined,
    });
  }

  /** Takes over a newer program, and drops what may not hold for it. */
  update(program: ts.Program): void {
    const before = this.#program;
    if (program === before) return;
    this.#program = program;
    if (this.cache.isEmpty()) return; // one that hears of a change counts as filled
    this.cache.releaseSymbols();
    const { structureIsReused } = program as unknown as { structureIsReused: number }; // 0 where files came or went
    const holds = before && structureIsReused && program.getSourceFiles().every((file) => this.#holds(before, file));
    if (!holds) this.cache.clear();
  }

  #holds(before: ts.Program, file: ts.SourceFile): boolean {
    const old = before.getSourceFile(file.fileName);
    return old === file || (old !== undefined && !this.cache.onFileChanged(old, file, false));
  }
}
