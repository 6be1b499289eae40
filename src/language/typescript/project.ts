import { dirname } from 'node:path';
import ts from 'typescript';
import type { OpenDocuments } from './documents.ts';
import { type ExportCache, ImportableNames } from './importableNames.ts';

/** How a notebook is compiled that no tsconfig.json speaks of. */
const DEFAULTS: ts.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.esnext.d.ts'],
  types: [],
};
/** What holds for every notebook, whatever its project says: it is a module that nobody emits. */
const ALWAYS: ts.CompilerOptions = {
  noEmit: true,
  allowImportingTsExtensions: true,
  allowJs: true,
  resolveJsonModule: true,
  moduleDetection: ts.ModuleDetectionKind.Force,
  skipLibCheck: true,
};
/** What only counts for emitting, and would forbid some of the above. */
const NEVER = ['composite', 'incremental', 'tsBuildInfoFile', 'declaration', 'declarationMap', 'emitDeclarationOnly'];

const NOTEBOOK = /\.memoir\.[tj]s$/;

/** The files of one tsconfig.json, or of none, as TypeScript's language service sees them. */
export class Project {
  readonly service: ts.LanguageService;
  readonly #config: string | null;
  readonly #documents: OpenDocuments;
  readonly #roots = new Set<string>();
  readonly #stamps = new Map<string, string>();
  /** Texts of files on disk: TypeScript asks for all of them with every edit. */
  readonly #snapshots = new Map<string, ts.IScriptSnapshot>();
  readonly #importable = new ImportableNames();
  #parsed: { options: ts.CompilerOptions; files: readonly string[] };
  #version = 0;
  #moved = false;

  constructor(config: string | null, documents: OpenDocuments, registry: ts.DocumentRegistry) {
    this.#config = config;
    this.#documents = documents;
    this.#parsed = parse(config);
    this.service = ts.createLanguageService(this.#host(), registry);
  }

  /** Adds an open document to the project's files. */
  add(path: string): void {
    this.#roots.add(path);
    this.changed();
  }

  /** Takes a document out; gives whether others are left. */
  remove(path: string): boolean {
    this.#roots.delete(path);
    this.changed();
    return this.#roots.size > 0;
  }

  has(path: string): boolean {
    return this.#roots.has(path);
  }

  /** Some open document has another text. */
  changed(): void {
    this.#version += 1;
  }

  /** Files on disk are other ones. `moved`: some were made or removed. */
  filesChanged(paths: readonly string[], moved: boolean): void {
    for (const path of paths) {
      this.#stamps.delete(path);
      this.#snapshots.delete(path);
    }
    if (moved || paths.some((path) => path.endsWith('.json'))) {
      this.#moved = true;
      this.#parsed = parse(this.#config);
    }
    this.changed();
  }

  dispose(): void {
    this.service.dispose();
  }

  #host(): ts.LanguageServiceHost & { hasInvalidatedResolutions(): boolean; getCachedExportInfoMap(): ExportCache } {
    const { sys } = ts;
    return {
      getCompilationSettings: () => this.#parsed.options,
      getScriptFileNames: () => [...new Set([...this.#parsed.files, ...this.#roots])],
      getProjectVersion: () => String(this.#version),
      getScriptVersion: (path) => this.#stamp(path),
      getScriptSnapshot: (path) => this.#snapshot(path),
      getCurrentDirectory: () => (this.#config ? dirname(this.#config) : dirname([...this.#roots][0] ?? '/')),
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      fileExists: (path) => this.#documents.get(path) !== undefined || sys.fileExists(path),
      readFile: (path, encoding) => this.#documents.get(path)?.document.getText() ?? sys.readFile(path, encoding),
      readDirectory: sys.readDirectory,
      directoryExists: sys.directoryExists,
      getDirectories: sys.getDirectories,
      ...(sys.realpath && { realpath: sys.realpath }),
      useCaseSensitiveFileNames: () => sys.useCaseSensitiveFileNames,
      hasInvalidatedResolutions: () => this.#moved,
      getCachedExportInfoMap: () => this.#importable.cache,
    };
  }

  /** The program as things are now. */
  program(): ts.Program {
    const program = this.service.getProgram()!; // it is undefined only in a mode that has no programs
    this.#importable.update(program);
    this.#moved = false;
    return program;
  }

  #stamp(path: string): string {
    const open = this.#documents.get(path);
    if (open) return `open ${open.document.version}`;
    let stamp = this.#stamps.get(path);
    if (stamp === undefined) {
      stamp = String(ts.sys.getModifiedTime?.(path)?.getTime() ?? 0);
      this.#stamps.set(path, stamp);
    }
    return stamp;
  }

  #snapshot(path: string): ts.IScriptSnapshot | undefined {
    const open = this.#documents.get(path);
    if (open) return open.snapshot;
    let snapshot = this.#snapshots.get(path);
    if (!snapshot) {
      const text = ts.sys.readFile(path);
      if (text === undefined) return undefined;
      snapshot = ts.ScriptSnapshot.fromString(text);
      this.#snapshots.set(path, snapshot);
    }
    return snapshot;
  }
}

/** The tsconfig.json that speaks for a file: the nearest above it. */
export function configOf(path: string): string | null {
  const folder = dirname(path);
  const found = ['tsconfig.json', 'jsconfig.json'].flatMap(
    (name) => ts.findConfigFile(folder, ts.sys.fileExists, name) ?? [],
  );
  return found.sort((a, b) => b.length - a.length)[0] ?? null; // the deeper one
}

function parse(config: string | null): { options: ts.CompilerOptions; files: readonly string[] } {
  if (config === null) return { options: { ...DEFAULTS, ...ALWAYS }, files: [] };
  const { config: json } = ts.readConfigFile(config, ts.sys.readFile);
  const parsed = ts.parseJsonConfigFileContent(json ?? {}, ts.sys, dirname(config), undefined, config);
  const options = Object.fromEntries(Object.entries(parsed.options).filter(([name]) => !NEVER.includes(name)));
  return { options: { ...options, ...ALWAYS }, files: parsed.fileNames.filter((file) => !NOTEBOOK.test(file)) };
}
