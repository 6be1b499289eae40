import { AsyncLocalStorage } from 'node:async_hooks';
import fs from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { codeOf, messageOf } from './errors.ts';
import { type FileSettings, readSettingsFile } from './settingsFile.ts';

// Taken as they are now: a kernel replaces them, and the environment, by ones that note what its cells read.
const { existsSync, mkdirSync, writeFileSync } = fs;
const environment = { ...process.env };

/** The folder that a cache has in its workspace unless told otherwise. */
export const CACHE_FOLDER = '.memoir';

let directory: string | null = null;

/** Where this program keeps what it remembers and measures: decided once, at its first use. */
export function programDirectory(): string {
  if (directory !== null) return directory;
  const chosen = configured('MEMOIR_CACHE_DIR');
  directory = chosen ? resolve(chosen) : join(findWorkspace(process.cwd()), CACHE_FOLDER);
  return directory;
}

/** Decides it: for a kernel, whose cache its notebook chooses. */
export function setProgramDirectory(path: string): void {
  directory = path;
}

/** A variable of the environment that this program was started with; undefined where it is not set, or empty. */
export function startedWith(name: string): string | undefined {
  return environment[name] || undefined;
}

let fileSettings: FileSettings | null = null;

/** The same, or what the nearest `memoir.json` says instead. One that cannot be understood is told of, and does not count. */
export function configured(name: string): string | undefined {
  const given = startedWith(name);
  if (given !== undefined) return given;
  fileSettings ??= readFileSettings();
  return fileSettings[name];
}

function readFileSettings(): FileSettings {
  try {
    return readSettingsFile(process.cwd());
  } catch (error) {
    process.emitWarning(messageOf(error), 'MemoirWarning');
    return {};
  }
}

/** The folder that a path's cache belongs to: the nearest that has one, else where the program runs. */
export function findWorkspace(path: string, cwd = process.cwd()): string {
  for (let folder = path; ; folder = dirname(folder)) {
    if (existsSync(join(folder, CACHE_FOLDER))) return folder;
    if (folder === dirname(folder)) break;
  }
  const inside = relative(cwd, path);
  return inside.startsWith('..') ? path : cwd;
}

/** Calls `work`, which must not wait, when this program ends by itself, or loses who forked it and may be ended soon. */
export function onProgramEnd(work: () => void): void {
  process.on('exit', work);
  if (process.connected) process.prependListener('disconnect', work);
}

/** Makes the folder of a cache, hidden from version control. */
export function makeCacheFolder(path: string): void {
  mkdirSync(path, { recursive: true });
  const ignore = join(path, '.gitignore');
  if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
}

/**
 * Runs `work` outside of whatever its caller is doing. What it reads and writes is the program's own affair: a cell
 * that is tracked in the meantime does not depend on it.
 */
export const apart: <T>(work: () => T) => T = AsyncLocalStorage.snapshot();

/** Whether there is a process of this number on this machine. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0); // only asks
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
