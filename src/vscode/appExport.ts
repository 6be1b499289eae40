import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { EMPTY_DOCUMENT, type NotebookDocument } from '../notebook/document.ts';
import { drawnWidgets } from '../notebook/drawn.ts';
import { EXPORT_FORMATS, type ExportFormat, exportNotebook, notebookName } from '../server/export.ts';
import { idOf, type OpenNotebook } from './openNotebook.ts';
import { cellOf } from './serializer.ts';

const FORMATS: readonly (vscode.QuickPickItem & { readonly format: ExportFormat })[] = [
  { format: 'html', label: '$(browser) HTML', description: 'one file, like the app; for print and PDF, too' },
  { format: 'markdown', label: '$(markdown) Markdown', description: 'text, code, tables and pictures' },
  { format: 'script', label: '$(file-code) Script', description: 'one TypeScript module' },
  { format: 'ipynb', label: '$(notebook) Jupyter', description: 'with outputs; comes back unchanged' },
];

/** Asks for a format and a place, and writes the notebook as it shows now. */
export async function exportShown(notebook: OpenNotebook, extensionPath: string): Promise<void> {
  const chosen = await vscode.window.showQuickPick(FORMATS, { title: 'Export Notebook' });
  if (!chosen) return;
  const { document, session } = notebook;
  const precompute = chosen.format === 'html' ? await chooseWidgets(notebook) : [];
  if (!precompute) return;
  const file = document.uri.fsPath;
  const ending = EXPORT_FORMATS[chosen.format];
  const target = await vscode.window.showSaveDialog({
    title: 'Export Notebook',
    defaultUri: vscode.Uri.file(join(dirname(file), `${notebookName(file)}${ending}`)),
    filters: { [chosen.label.replace(/^\S+ /, '')]: [ending.slice(1)] },
  });
  if (!target) return;
  const cells = document.getCells();
  const source = {
    file,
    session,
    document: { ...fileOf(document), cells: cells.map(cellOf) },
    ids: cells.map(idOf),
    dist: join(extensionPath, 'dist'),
  };
  const options = { code: chosen.format === 'markdown', precompute };
  const location = vscode.ProgressLocation.Notification;
  const title = `Exporting ${basename(file)}`;
  const { text, files } = await vscode.window.withProgress({ location, title }, () =>
    exportNotebook(source, chosen.format, options),
  );
  const write = (uri: vscode.Uri, bytes: Uint8Array) => vscode.workspace.fs.writeFile(uri, bytes);
  for (const [name, bytes] of files) await write(vscode.Uri.joinPath(target, '..', name), bytes);
  await write(target, Buffer.from(text));
  if ((await vscode.window.showInformationMessage(`${basename(target.path)} is written.`, 'Open')) !== 'Open') return;
  if (chosen.format === 'html') await vscode.env.openExternal(target);
  else await vscode.commands.executeCommand('vscode.open', target);
}

/** Which widgets live on in the page; undefined when the reader thought better of it. */
async function chooseWidgets({ session }: OpenNotebook): Promise<string[] | undefined> {
  const widgets = [...drawnWidgets(session).values()].filter(({ kind }) => LISTABLE.includes(kind));
  if (!widgets.length) return [];
  const items = widgets.map(({ name, label, kind }) => ({ label: name, description: `${label}, ${kind}` }));
  const title = 'Which widgets should go on moving? Every place they can stand at is computed now.';
  const chosen = await vscode.window.showQuickPick(items, { title, canPickMany: true });
  return chosen?.map(({ label }) => label);
}

/** Kinds whose places can be listed. */
const LISTABLE: readonly string[] = ['slider', 'select', 'radio', 'checkbox', 'toggle'];

function fileOf({ metadata }: vscode.NotebookDocument): Omit<NotebookDocument, 'cells'> {
  return (metadata.memoir as Omit<NotebookDocument, 'cells'> | undefined) ?? EMPTY_DOCUMENT; // written by the serializer
}
