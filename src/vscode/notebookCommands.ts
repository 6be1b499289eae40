import { cp, mkdir } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../base/errors.ts';
import { formatBytes, formatCount, formatDuration } from '../base/format.ts';
import type { PlannedCell } from '../notebook/plan.ts';
import { keptText } from './cellStatus.ts';
import { CELL_LANGUAGE } from './contributions.ts';
import type { Notebooks } from './notebooks.ts';
import { openPlace } from './places.ts';
import { withMetadata } from './serializer.ts';
import { renameTable } from './sqlCells.ts';
import type { Stores } from './stores.ts';

/** Opens an empty notebook that has no file yet. */
export async function newNotebook(): Promise<void> {
  const names = new Set(vscode.workspace.notebookDocuments.map(({ uri }) => uri.path));
  let name = 'Untitled-1.memoir.ts'; // VS Code's own would end in `.ts`, under which it cannot be saved
  for (let n = 2; names.has(name); n += 1) name = `Untitled-${n}.memoir.ts`;
  const document = await vscode.workspace.openNotebookDocument(vscode.Uri.from({ scheme: 'untitled', path: name }));
  if (!document.cellCount) await addCell(document);
  await vscode.window.showNotebookDocument(document);
}

async function addCell({ uri }: vscode.NotebookDocument): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, '', CELL_LANGUAGE);
  edit.set(uri, [vscode.NotebookEdit.insertCells(0, [cell])]);
  await vscode.workspace.applyEdit(edit);
}

/** Copies the sample to a place where it can be edited, keeping what is there already, and opens it. */
export async function openSample(context: vscode.ExtensionContext): Promise<void> {
  const document = await vscode.workspace.openNotebookDocument(await sampleFile(context, 'birdstrikes.memoir.ts'));
  await vscode.window.showNotebookDocument(document);
}

/** Opens a file with a function worth profiling, with the cursor in it. */
export async function openSampleFunction(context: vscode.ExtensionContext): Promise<void> {
  const document = await vscode.workspace.openTextDocument(await sampleFile(context, 'primes.ts'));
  const at = document.positionAt(document.getText().indexOf('primes(') + 1);
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(at, at) });
}

async function sampleFile(context: vscode.ExtensionContext, name: string): Promise<vscode.Uri> {
  const to = join(context.globalStorageUri.fsPath, 'sample');
  await mkdir(to, { recursive: true });
  await cp(join(context.extensionPath, 'examples'), to, { recursive: true, force: false });
  return vscode.Uri.file(join(to, name));
}

/** What a run would do to a cell, in words. */
const WOULD: Readonly<Record<PlannedCell['would'], { readonly icon: string; readonly text: string }>> = {
  run: { icon: 'play', text: 'runs' },
  memory: { icon: 'zap', text: 'from memory' },
  disk: { icon: 'zap', text: 'from disk' },
  redis: { icon: 'zap', text: 'from Redis' },
  manual: { icon: 'debug-pause', text: 'waits to be asked' },
  waiting: { icon: 'watch', text: 'waits' },
  disabled: { icon: 'circle-slash', text: 'disabled' },
  error: { icon: 'error', text: 'does not run' },
};

/** Shows what a run would do, and runs it if that is wanted. */
export async function runPlan(notebooks: Notebooks): Promise<void> {
  const notebook = notebooks.active();
  const planned = await notebook.session.plan();
  const runs = planned.filter(({ would }) => would === 'run');
  const estimate = runs.reduce((sum, { estimateMs }) => sum + (estimateMs ?? 0), 0);
  const items = planned.map(({ label, would, reason, estimateMs }, index) => ({
    cell: { index, label },
    label: `$(${WOULD[would].icon}) ${label}`,
    description:
      WOULD[would].text + (would === 'run' && estimateMs !== null ? `, about ${formatDuration(estimateMs)}` : ''),
    detail: reason.text,
  }));
  const title = runs.length
    ? `${formatCount(runs.length, 'cell')} would run, about ${formatDuration(estimate)}`
    : 'Everything is up to date';
  const run = { cell: null, label: '$(run-all) Run now', description: title, detail: '' };
  const chosen = await vscode.window.showQuickPick(runs.length ? [run, ...items] : items, { title });
  if (chosen === run) await notebook.runStale();
  else if (chosen?.cell) await openPlace({ file: notebook.document.uri.fsPath, cell: chosen.cell });
}

const DIFF_ICONS: Readonly<Record<string, string>> = { '+': 'diff-added', '-': 'diff-removed' };

/** Says why a cell ran or did not. */
export async function explainCell(notebooks: Notebooks, target: unknown): Promise<void> {
  const cell = cellFrom(target);
  const notebook = notebooks.of(cell);
  if (!notebook) throw new UserError('This cell does not belong to an open Memoir notebook.');
  const state = notebook.stateOf(cell);
  const lines: vscode.QuickPickItem[] = [];
  if ('reason' in state) {
    const { text, component, before, after, diff } = state.reason;
    lines.push({
      label: `$(question) ${text}`,
      detail: [component, before && `before ${short(before)}`, after && `now ${short(after)}`]
        .filter(Boolean)
        .join(' · '),
    });
    for (const line of diff?.split('\n') ?? [])
      lines.push({ label: `$(${DIFF_ICONS[line[0]!] ?? 'blank'}) ${line.slice(1)}` });
  }
  if (state.status === 'error') lines.push({ label: `$(error) ${state.error.message}` });
  const { record } = state;
  if (record) {
    lines.push({
      label: '$(watch) last run',
      description: formatDuration(record.ms),
      detail: new Date(record.createdAt).toLocaleString(),
    });
    const folder = dirname(cell.notebook.uri.fsPath);
    for (const { kind, name } of record.reads)
      lines.push({ label: `$(file) read ${kind} ${isAbsolute(name) ? relative(folder, name) || name : name}` });
    for (const what of record.impure) lines.push({ label: `$(warning) impure: ${what}` });
    if (record.exports.length) lines.push({ label: '$(archive) values', description: keptText(record) });
  }
  void vscode.commands.executeCommand('setContext', 'memoir.hasExplained', true); // a step of the walkthrough is done
  await vscode.window.showQuickPick(lines, {
    title: `${notebook.labelOf(cell.document.uri.fragment)}: why it ran, or did not`,
    placeHolder: 'What the result depends on',
  });
}

export async function editTitle(target: unknown): Promise<void> {
  const cell = cellFrom(target);
  const metadata = withMetadata(cell, {});
  const { title } = metadata.memoir as { title: string };
  const changed = await vscode.window.showInputBox({ title: 'Cell title', value: title });
  if (changed === undefined || changed === title) return;
  const edit = new vscode.WorkspaceEdit();
  edit.set(cell.notebook.uri, [
    vscode.NotebookEdit.updateCellMetadata(cell.index, withMetadata(cell, { title: changed })),
  ]);
  await vscode.workspace.applyEdit(edit);
}

/** Asks for the name of the table that an SQL cell makes. */
export async function renameSqlTable(target: unknown): Promise<void> {
  await renameTable(cellFrom(target));
}

/** Forgets every kept result, after asking. */
export async function clearCache(stores: Stores): Promise<void> {
  const stats = await Promise.all(stores.all.map(({ cache }) => cache.stats()));
  const entries = stats.reduce((sum, one) => sum + one.entries, 0);
  const bytes = stats.reduce((sum, one) => sum + one.bytes + one.values.bytes, 0);
  const question = `Forget ${formatCount(entries, 'kept result')} (${formatBytes(bytes)})? Cells will compute theirs again when they next run.`;
  if ((await vscode.window.showWarningMessage(question, { modal: true }, 'Clear Cache')) !== 'Clear Cache') return;
  await Promise.all(stores.all.map(({ cache }) => cache.clear()));
  void vscode.window.setStatusBarMessage(`$(check) ${formatBytes(bytes)} cleared`, 4000);
}

/** The cell that a status bar item or a menu hands over, else the one that is selected. */
export function cellFrom(target: unknown): vscode.NotebookCell {
  if (typeof target === 'object' && target !== null && 'notebook' in target) return target as vscode.NotebookCell; // VS Code passes cells
  const editor = vscode.window.activeNotebookEditor;
  const cell = editor?.notebook.cellAt(editor.selection.start);
  if (!cell) throw new UserError('Select a cell of a Memoir notebook first.');
  return cell;
}

function short(digest: string): string {
  return digest.length > 16 ? digest.slice(0, 12) : digest;
}
