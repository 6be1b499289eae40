import * as vscode from 'vscode';
import { version } from './base/version.ts';
import { NOTEBOOK_TYPE } from './vscode/contributions.ts';
import type { Notebooks } from './vscode/notebooks.ts';
import { Report } from './vscode/report.ts';

/** What other extensions get from `vscode.extensions.getExtension('memoir.memoir').activate()`. */
export interface MemoirApi {
  /** Version of this interface: it grows within one, and changes with another. */
  readonly apiVersion: 1;
  /** Version of the extension. */
  readonly version: string;
}

let notebooks: Promise<Notebooks> | null = null;

/** Registers what VS Code must know at once; everything heavier is loaded when it is first needed. */
export function activate(context: vscode.ExtensionContext): MemoirApi {
  const report = new Report();
  context.subscriptions.push(report);
  const open = () => {
    notebooks ??= load(context, report);
    return notebooks;
  };
  const commands = async () => import('./vscode/notebookCommands.ts');
  context.subscriptions.push(
    vscode.workspace.registerNotebookSerializer(NOTEBOOK_TYPE, lazySerializer(), { transientOutputs: true }),
    vscode.workspace.onDidOpenNotebookDocument((document) => {
      if (document.notebookType === NOTEBOOK_TYPE) void open().catch((error) => report.show(error));
    }),
    report.command('memoir.newNotebook', async () => (await commands()).newNotebook()),
    report.command('memoir.openSample', async () => (await commands()).openSample(context)),
    report.command('memoir.runStale', async () => (await open()).active().session.runStale()),
    report.command('memoir.runPlan', async () => (await commands()).runPlan(await open())),
    report.command('memoir.explainCell', async (cell) => (await commands()).explainCell(await open(), cell)),
    report.command('memoir.editTitle', async (cell) => (await commands()).editTitle(cell)),
    report.command('memoir.renameTable', async (cell) => (await commands()).renameSqlTable(cell)),
    report.command('memoir.restartKernel', async () => (await open()).restart()),
    report.command('memoir.clearCache', async () => (await commands()).clearCache(await open())),
    report.command('memoir.showLog', () => report.reveal()),
  );
  if (vscode.workspace.notebookDocuments.some(({ notebookType }) => notebookType === NOTEBOOK_TYPE)) void open();
  return { apiVersion: 1, version };
}

/** Waits for what is still being written. */
export async function deactivate(): Promise<void> {
  const opened = await notebooks?.catch(() => null);
  opened?.dispose();
  await opened?.stores.close();
}

async function load(context: vscode.ExtensionContext, report: Report): Promise<Notebooks> {
  const { Notebooks } = await import('./vscode/notebooks.ts');
  const loaded = new Notebooks(context, report);
  context.subscriptions.push(loaded);
  return loaded;
}

function lazySerializer(): vscode.NotebookSerializer {
  const load = async () => new (await import('./vscode/serializer.ts')).Serializer();
  return {
    deserializeNotebook: async (content) => (await load()).deserializeNotebook(content),
    serializeNotebook: async (data) => (await load()).serializeNotebook(data),
  };
}
