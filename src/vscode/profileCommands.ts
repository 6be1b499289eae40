import * as vscode from 'vscode';
import { UserError } from '../base/errors.ts';
import { captureArguments } from './captureCommand.ts';
import type { Host } from './host.ts';
import { cellFrom } from './notebookCommands.ts';
import { exportProfile, profile, profileCell, profileFile, showKept } from './profileCommand.ts';
import { hideHeat, switchHeat } from './profileHeat.ts';
import type { KeptProfile } from './profileHistory.ts';
import { summaryOf } from './profileSummary.ts';

/** Profiles the function at the cursor, or the named one of the open file, as a lens over it asks; in a notebook the cell. */
export async function start({ profiling, profiles }: Host, name: unknown): Promise<void> {
  const isInCell = vscode.window.activeTextEditor?.document.uri.scheme === 'vscode-notebook-cell';
  if (isInCell) await profileCell(profiling, cellFrom(undefined));
  else await profile(profiling, typeof name === 'string' ? name : undefined);
  await profiles.refresh();
}

/** Profiles the cell that a menu hands over, else the selected one. */
export async function startCell({ profiling, profiles }: Host, cell: unknown): Promise<void> {
  await profileCell(profiling, cellFrom(cell));
  await profiles.refresh();
}

/** Runs the open file once and shows where the time went. */
export async function startFile({ profiling, profiles }: Host): Promise<void> {
  await profileFile(profiling);
  await profiles.refresh();
}

/** Profiles a function with what calls allocate and leave behind. */
export async function startMemory({ profiling, profiles }: Host, name: unknown): Promise<void> {
  await profile(profiling, typeof name === 'string' ? name : undefined, { memory: true, leak: true });
  await profiles.refresh();
}

/** Profiles a function, and counts how often functions and lines run. */
export async function startCounts({ profiling, profiles }: Host, name: unknown): Promise<void> {
  await profile(profiling, typeof name === 'string' ? name : undefined, { counts: true });
  await profiles.refresh();
}

/** Keeps the arguments of real calls, to profile a function with them. */
export async function capture({ profiling, profiles }: Host): Promise<void> {
  await captureArguments(profiling);
  await profiles.refresh();
}

/** Shows a kept profile: the one of a line in the list, else the latest. */
export async function show(host: Host, id: unknown): Promise<void> {
  const kept = find(host, id);
  const baseline = await host.profiling.history.baseline(kept.result.target);
  await showKept(host.profiling, kept, baseline?.id === kept.id ? null : baseline);
}

/** Compares a kept profile, the latest or the one of a line in the list, with another of the reader's choice. */
export async function compare(host: Host, id: unknown): Promise<void> {
  const kept = find(host, id);
  const others = host.profiles.others(kept);
  if (!others.length) throw new UserError('There is only one profile. Profile the function again, then compare.');
  const items = others.map((other) => ({
    label: other.result.target.name,
    description: `${summaryOf(other.result)} · ${new Date(other.at).toLocaleString()}${other.pinned ? ' · baseline' : ''}`,
    detail: `${vscode.workspace.asRelativePath(other.result.target.file)}, arguments ${other.result.target.args}`,
    other,
  }));
  const title = `Compare ${kept.result.target.name} of ${new Date(kept.at).toLocaleString()} with which profile?`;
  const only = items.length === 1 ? items[0] : null;
  const picked = only ?? (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }));
  if (picked) await showKept(host.profiling, kept, picked.other);
}

/** Makes a profile the one that later ones of its function are compared with, or no longer. */
export async function pin(host: Host, id: unknown): Promise<void> {
  const kept = find(host, id);
  await host.profiling.history.pin(kept, !kept.pinned);
  await host.profiles.refresh();
}

/** Saves a kept profile as a file of the reader's. */
export async function save(host: Host, id: unknown): Promise<void> {
  await exportProfile(host.profiling, find(host, id));
}

/** Shows heat by something else: CPU time, waiting, allocation. */
export async function heatBy({ profiling }: Host): Promise<void> {
  await switchHeat(profiling);
}

/** Takes the marks of a profile off all editors. */
export async function clearHeat({ profiling }: Host): Promise<void> {
  await hideHeat(profiling);
}

/** Forgets a kept profile, after asking. */
export async function remove(host: Host, id: unknown): Promise<void> {
  const kept = find(host, id);
  const question = `Delete the profile of ${kept.result.target.name} from ${new Date(kept.at).toLocaleString()}?`;
  if ((await vscode.window.showWarningMessage(question, { modal: true }, 'Delete')) !== 'Delete') return;
  await host.profiling.history.remove(kept.id);
  await host.profiles.refresh();
}

function find({ profiles }: Host, id: unknown): KeptProfile {
  const kept = profiles.find(id);
  if (!kept)
    throw new UserError('There is no profile yet. Run "Memoir: Profile Function" in a TypeScript or JavaScript file.');
  return kept;
}
