import * as vscode from 'vscode';
import { version } from './base/version.ts';
import type { PanelState } from './protocol/panel.ts';
import { COMMANDS, NOTEBOOK_TYPE, PANELS } from './vscode/contributions.ts';
import type { Host } from './vscode/host.ts';

/** What other extensions get from `vscode.extensions.getExtension('memoir.memoir').activate()`. */
export interface MemoirApi {
  /** Version of this interface: it grows within one, and changes with another. */
  readonly apiVersion: 1;
  /** Version of the extension. */
  readonly version: string;
}

type LazyHost = () => Promise<Host>;

/** Everything behind what is registered: a bundle of its own. */
const load = () => import('./vscode/commands.ts');

let opening: Promise<Host> | null = null;

/** Registers what VS Code must know at once; everything else is loaded right after. */
export function activate(context: vscode.ExtensionContext): MemoirApi {
  const host: LazyHost = () => {
    opening ??= load().then(({ openHost }) => openHost(context));
    return opening;
  };
  context.subscriptions.push(
    vscode.workspace.registerNotebookSerializer(NOTEBOOK_TYPE, lazySerializer(host), { transientOutputs: true }),
    vscode.window.registerCustomEditorProvider('memoir.profileFile', lazyProfileEditor(host), {
      webviewOptions: { retainContextWhenHidden: true },
    }),
    ...PANELS.map((type) => vscode.window.registerWebviewPanelSerializer(type, lazyPanels(host))),
    ...COMMANDS.map((id) =>
      vscode.commands.registerCommand(id, async (...args: unknown[]) =>
        (await load()).runCommand(await host(), id, args),
      ),
    ),
  );
  setImmediate(() => host().catch((error) => vscode.window.showErrorMessage(`Memoir could not start: ${error}`)));
  return { apiVersion: 1, version };
}

/** Waits for what is still being written. */
export async function deactivate(): Promise<void> {
  const host = await opening?.catch(() => null); // one that could not start has nothing to write
  await host?.close();
}

function lazySerializer(host: LazyHost): vscode.NotebookSerializer {
  return {
    deserializeNotebook: async (content) => (await host()).deserializeNotebook(content),
    serializeNotebook: async (data) => (await host()).serializer.serializeNotebook(data),
  };
}

function lazyProfileEditor(host: LazyHost): vscode.CustomReadonlyEditorProvider {
  return {
    openCustomDocument: (uri) => ({ uri, dispose() {} }),
    resolveCustomEditor: async (document, panel) => (await host()).profileFiles.resolveCustomEditor(document, panel),
  };
}

function lazyPanels(host: LazyHost): vscode.WebviewPanelSerializer<PanelState | undefined> {
  return { deserializeWebviewPanel: async (panel, state) => (await host()).restorePanel(panel, state) };
}
