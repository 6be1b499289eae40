import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../base/errors.ts';
import type { MeasuringRequest, ProfilerEnvironment } from '../profile/measureSubject.ts';
import { profileCell, profileFile, profileFunction } from '../profile/profiler.ts';
import type { Profiled } from '../profile/report.ts';
import type { ProfileTarget } from '../protocol/profileResult.ts';
import { idOf } from './openNotebook.ts';
import { captureOf, choiceOf, type GivenArguments } from './profileArguments.ts';
import { programOf } from './profileCells.ts';
import type { ProfileTools } from './profileTools.ts';

/** Something to measure, as often as the reader likes. */
export interface ProfileJob {
  readonly name: string;
  /** It counts as an operation of its own; a cell is one already. */
  readonly isOperation: boolean;
  run(request: MeasuringRequest, environment: ProfilerEnvironment): Promise<Profiled>;
}

/** A function of an open file. */
export function functionJob(document: vscode.TextDocument, name: string, given: GivenArguments): ProfileJob {
  const target = () => ({ file: document.fileName, source: document.getText(), target: { name }, ...given });
  const run: ProfileJob['run'] = (request, environment) => profileFunction({ ...request, ...target() }, environment);
  return { name, isOperation: true, run };
}

/** A whole open file, run once; what it may take is for the profiler to say. */
export function fileJob(document: vscode.TextDocument): ProfileJob {
  const target = () => ({ file: document.fileName, source: document.getText() });
  const run: ProfileJob['run'] = ({ seconds: _, ...request }, environment) =>
    profileFile(target(), { ...request, cwd: dirname(document.fileName) }, environment);
  return { name: basename(document.fileName), isOperation: false, run };
}

/** A cell, as it stands whenever it is measured. */
export function cellJob(tools: ProfileTools, cell: vscode.NotebookCell): ProfileJob {
  const run: ProfileJob['run'] = async (request, environment) => {
    const open = tools.notebooks.of(cell);
    if (!open) throw new UserError('This cell does not belong to an open Memoir notebook.');
    const choice = { ...choiceOf(tools, open), cell: idOf(cell) };
    if (!choice.program.cells.has(choice.cell)) throw new UserError('This cell holds text. Profile a cell of code.');
    return profileCell(choice, request, environment);
  };
  return { name: programOf(cell.notebook).label(idOf(cell)), isOperation: false, run };
}

/** What a kept profile is of, to measure it again; `uri` is where it is to be seen now. */
export async function jobOf(
  tools: ProfileTools,
  uri: vscode.Uri,
  { file, name, args }: ProfileTarget,
): Promise<ProfileJob> {
  const all = vscode.workspace.notebookDocuments.flatMap((notebook) => notebook.getCells());
  const cell = all.find(({ document }) => document.uri.toString() === uri.toString());
  if (cell) return cellJob(tools, cell);
  const document = await vscode.workspace.openTextDocument(uri);
  if (name === basename(file)) return fileJob(document);
  return functionJob(document, name, await givenAs(tools, uri, name, args));
}

/** Arguments by what a profile says of them. @throws UserError when they come from a notebook that is not open */
async function givenAs(tools: ProfileTools, uri: vscode.Uri, name: string, args: string): Promise<GivenArguments> {
  if (/^\d+ captured calls?$/.test(args)) return { captured: await captureOf(tools, uri, name) };
  const [, expression, file] = /^(.+) of (\S+\.memoir\.[jt]s)$/s.exec(args) ?? [];
  if (expression === undefined) return { args };
  const open = tools.notebooks.visible.find(({ document }) => basename(document.uri.fsPath) === file);
  if (!open)
    throw new UserError(`Its arguments are variables of ${file}. Show that notebook beside the function first.`);
  return { args: expression, notebook: choiceOf(tools, open) };
}
