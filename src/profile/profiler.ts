import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { type CellChoice, cellSubject } from './cellTarget.ts';
import { type MeasuringRequest, measureSubject, type ProfilerEnvironment } from './measureSubject.ts';
import { notebookArguments } from './notebookArguments.ts';
import type { Profiled } from './report.ts';
import { type FunctionChoice, fileSubject, functionSubject } from './subject.ts';

/** What to measure, and how. */
export interface ProfileRequest extends MeasuringRequest {
  readonly file: string;
  /** The file's text where it is not what is on disk, as in an editor. */
  readonly source?: string;
  readonly target: FunctionChoice;
}

/**
 * Measures a function in a process of its own. How the function itself fares, also when it throws, hangs or takes too
 * much memory, is in the result.
 * @throws UserError when there is nothing to call: no such function, arguments that cannot be had, code that cannot be built
 */
export async function profileFunction(request: ProfileRequest, environment: ProfilerEnvironment): Promise<Profiled> {
  const started = performance.now();
  const { subject, info } = await functionSubject(resolve(request.file), request.source, request.target);
  const bare = isWithout(request) && info.parameters > 0;
  const notes = bare ? [`It was called without arguments, though it takes ${info.parameters}.`] : [];
  const { notebook, args = '[]' } = request;
  const given = notebook && notebookArguments(notebook, args);
  const modules = new Map([...subject.modules, ...(given?.texts ?? [])]);
  return measureSubject(
    { ...subject, modules, notes: [...subject.notes, ...notes, ...(given?.notes ?? [])] },
    given ? { ...request, fixture: given.path } : request,
    environment,
    started,
  );
}

/**
 * Measures a cell of a notebook in a process of its own, with the values that it takes from other cells.
 * @throws UserError when the cell, or one that it needs, cannot run
 */
export async function profileCell(
  cell: CellChoice,
  request: MeasuringRequest,
  environment: ProfilerEnvironment,
): Promise<Profiled> {
  const started = performance.now();
  return measureSubject(cellSubject(cell), request, environment, started);
}

/**
 * Runs a whole file once, in a process of its own, and tells where the time went. Its arguments are those of a command.
 * @param file.source its text where it is not what is on disk
 * @throws UserError when there is no such file, or only a test runner can run it
 */
export async function profileFile(
  { file, source }: Pick<ProfileRequest, 'file' | 'source'>,
  request: MeasuringRequest,
  environment: ProfilerEnvironment,
): Promise<Profiled> {
  const started = performance.now();
  const subject = await fileSubject(resolve(file), source);
  return measureSubject(subject, { seconds: FILE_SECONDS, ...request }, environment, started);
}

function isWithout({ args, fixture, captured, values = [] }: MeasuringRequest): boolean {
  return fixture === undefined && !captured && !values.length && (args === undefined || args === '[]');
}

/** A whole file is not repeated, so it may take as long. */
const FILE_SECONDS = 60;
