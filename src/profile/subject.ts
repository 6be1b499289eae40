import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { codeOf, UserError } from '../base/errors.ts';
import type { ProfileTarget } from '../protocol/profileResult.ts';
import type { FunctionAccess } from './functionPlaces.ts';
import type { FunctionInfo } from './functionSurvey.ts';
import type { ModelFrame } from './nodeReader.ts';
import { isPackage, Sources } from './sources.ts';
import { callableAt, functionNamed, listFunctions } from './target.ts';

/** What is measured: something to call, in a module of its own or of the user's. */
export interface Subject {
  readonly target: Omit<ProfileTarget, 'args'>;
  /** Absolute path of the module with what is called, and its text as it is to be bundled. */
  readonly file: string;
  readonly source: string;
  /** Null where the file itself is run. */
  readonly access: FunctionAccess | null;
  /** Modules that are no files, by path. */
  readonly modules: ReadonlyMap<string, string>;
  /** The files whose lines are told. */
  readonly sources: Sources;
  readonly isTarget: (frame: ModelFrame) => boolean;
  readonly notes: readonly string[];
}

/** Which function of a file: by name (`listFunctions`), or around a UTF-16 offset. */
export type FunctionChoice = { readonly name: string } | { readonly position: number };

/**
 * A function of a file.
 * @param text the file's text where it is not what is on disk
 * @throws UserError when there is no such function, or none that can be called from outside
 */
export async function functionSubject(file: string, text: string | undefined, choice: FunctionChoice) {
  const source = text ?? (await readTarget(file));
  const { info, notes } = findTarget(listFunctions(source, file), choice);
  const { name, line, endLine } = info;
  const subject: Subject = {
    target: { file, name, line, endLine },
    file,
    source,
    access: info.access!, // findTarget gives what can be called
    modules: new Map(),
    sources: new Sources(new Map([[file, source]])),
    isTarget: (frame) => frame.file === file && frame.info?.start === info.start,
    notes,
  };
  return { subject, info };
}

/**
 * A whole file, run as `node file` would run it.
 * @throws UserError for tests that only their own runner can run
 */
export async function fileSubject(file: string, text: string | undefined): Promise<Subject> {
  const source = text ?? (await readTarget(file));
  const runner = /\bfrom\s*['"](vitest|@jest\/globals|bun:test|@playwright\/test)['"]/.exec(source)?.[1];
  if (runner)
    throw new UserError(
      `${basename(file)} runs inside ${runner} only. Profile a function that it tests, with the arguments of the test.`,
    );
  return {
    target: { file, name: basename(file), line: 1, endLine: source.split('\n').length },
    file,
    source,
    access: null,
    modules: new Map(),
    sources: new Sources(new Map([[file, source]]), (one) => (isPackage(one) ? null : basename(one))),
    isTarget: () => false,
    notes: [],
  };
}

async function readTarget(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(codeOf(error) === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read.`);
  }
}

function findTarget(
  functions: readonly FunctionInfo[],
  target: FunctionChoice,
): { info: FunctionInfo; notes: readonly string[] } {
  if ('name' in target) return { info: functionNamed(functions, target.name), notes: [] };
  const info = callableAt(functions, target.position);
  if (!info) throw new UserError('There is no function here that can be profiled. Put the cursor into a function.');
  const inner = functions.filter(({ start, end }) => start <= target.position && target.position <= end).at(-1);
  const notes =
    inner && inner !== info ? [`"${inner.name}": ${inner.reason}. Measured is "${info.name}" around it.`] : [];
  return { info, notes };
}
