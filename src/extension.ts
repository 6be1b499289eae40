import * as vscode from 'vscode';
import { version } from './base/version.ts';
import { NOTEBOOK_TYPE } from './vscode/contributions.ts';
import type { Host } from './vscode/host.ts';
import { Report } from './vscode/report.ts';

/** What other extensions get from `vscode.extensions.getExtension('memoir.memoir').activate()`. */
export interface MemoirApi {
  /** Version of this interface: it grows within one, and changes with another. */
  readonly apiVersion: 1;
  /** Version of the extension. */
  readonly version: string;
}

let opening: Promise<Host> | null = null;

/** Registers what VS Code must know at once; everything heavier is loaded right after. */
export function activate(context: vscode.ExtensionContext): MemoirApi {
  const report = new Report();
  const host = () => {
    opening ??= import('./vscode/host.ts').then(({ Host }) => new Host(context, report));
    return opening;
  };
  const notebook = async () => import('./vscode/notebookCommands.ts');
  const profiling = async () => import('./vscode/profileCommands.ts');
  const sidebar = async () => import('./vscode/sidebarCommands.ts');
  context.subscriptions.push(
    report,
    vscode.window.registerCustomEditorProvider('memoir.profileFile', lazyProfileEditor(context), {
      webviewOptions: { retainContextWhenHidden: true },
    }),
    vscode.workspace.registerNotebookSerializer(NOTEBOOK_TYPE, lazySerializer(host), { transientOutputs: true }),
    report.command('memoir.newNotebook', async () => (await notebook()).newNotebook()),
    report.command('memoir.openSample', async () => (await notebook()).openSample(context)),
    report.command('memoir.runStale', async () => (await host()).notebooks.active().runStale()),
    report.command('memoir.runPlan', async () => (await notebook()).runPlan((await host()).notebooks)),
    report.command('memoir.explainCell', async (cell) =>
      (await notebook()).explainCell((await host()).notebooks, cell),
    ),
    report.command('memoir.editTitle', async (cell) => (await notebook()).editTitle(cell)),
    report.command('memoir.renameTable', async (cell) => (await notebook()).renameSqlTable(cell)),
    report.command('memoir.showGraph', async () =>
      (await import('./vscode/graphPanel.ts')).showGraph((await host()).notebooks, context.extensionUri),
    ),
    report.command('memoir.openApp', async () =>
      (await import('./vscode/appPanel.ts')).openApp((await host()).notebooks, context.extensionUri),
    ),
    report.command('memoir.exportNotebook', async () =>
      (await import('./vscode/appExport.ts')).exportShown((await host()).notebooks.active(), context.extensionPath),
    ),
    report.command('memoir.debugCell', async (cell) =>
      (await host()).notebooks.debug((await notebook()).cellFrom(cell)),
    ),
    report.command('memoir.setUpTypes', async (uri) =>
      (await import('./vscode/plainText.ts')).setUpPlainTypes(context, uri),
    ),
    report.command('memoir.mergeCells', async (cells) =>
      (await import('./vscode/problemFixes.ts')).mergeCells(cells as vscode.NotebookCell[]),
    ),
    report.command('memoir.restartKernel', async () => (await host()).notebooks.restart()),
    report.command('memoir.clearCache', async () => (await notebook()).clearCache((await host()).stores)),
    report.command('memoir.openPlace', async (place) =>
      (await sidebar()).openTarget((await host()).performance, place),
    ),
    report.command('memoir.rerunCell', async (line) => {
      const { notebooks, performance } = await host();
      return (await sidebar()).rerunCell(notebooks, performance, line);
    }),
    report.command('memoir.acknowledgeAlert', async (line) => (await host()).performance.acknowledge(String(line))),
    report.command('memoir.refreshPerformance', async () => (await host()).performance.refresh()),
    report.command('memoir.profileFunction', async (name) => (await profiling()).start(await host(), name)),
    report.command('memoir.profileMemory', async (name) => (await profiling()).startMemory(await host(), name)),
    report.command('memoir.compareProfiles', async (id) => (await profiling()).compare(await host(), id)),
    report.command('memoir.pinProfile', async (id) => (await profiling()).pin(await host(), id)),
    report.command('memoir.showFlameChart', async (id) => (await profiling()).show(await host(), id)),
    report.command('memoir.exportProfile', async (id) => (await profiling()).save(await host(), id)),
    report.command('memoir.deleteProfile', async (id) => (await profiling()).remove(await host(), id)),
    report.command('memoir.switchProfileHeat', async () => (await profiling()).heatBy(await host())),
    report.command('memoir.clearProfileHeat', async () => (await profiling()).clearHeat(await host())),
    report.command('memoir.showLog', () => report.reveal()),
  );
  setImmediate(() => host().catch((error) => report.show(error)));
  return { apiVersion: 1, version };
}

/** Waits for what is still being written. */
export async function deactivate(): Promise<void> {
  const host = await opening?.catch(() => null);
  await host?.close();
}

function lazySerializer(host: () => Promise<Host>): vscode.NotebookSerializer {
  const load = async () => new (await import('./vscode/serializer.ts')).Serializer();
  return {
    async deserializeNotebook(content) {
      const data = (await load()).deserializeNotebook(content);
      if (!vscode.workspace.isTrusted) await (await host()).notebooks.addKeptOutputs(content, data);
      return data;
    },
    serializeNotebook: async (data) => (await load()).serializeNotebook(data),
  };
}

function lazyProfileEditor({ extensionUri }: vscode.ExtensionContext): vscode.CustomReadonlyEditorProvider {
  const load = async () => new (await import('./vscode/profileFile.ts')).ProfileFileEditor(extensionUri);
  return {
    openCustomDocument: (uri) => ({ uri, dispose() {} }),
    resolveCustomEditor: async (document, panel) => (await load()).resolveCustomEditor(document, panel),
  };
}
