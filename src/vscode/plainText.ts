import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../base/errors.ts';
import { setUpTypes } from '../language/plainTypes.ts';
import type { CommandId } from './contributions.ts';

/** What TypeScript says of a notebook as plain text where nothing tells it of Memoir: of modules, names and awaiting. */
const UNKNOWN = new Set([1375, 1378, 2304, 2307, 2580, 2591, 2792, 2882, 5097]);

/** Offers, in the plain text of a notebook, to tell TypeScript of Memoir. */
export class PlainTextTypes implements vscode.CodeActionProvider {
  static readonly selector: vscode.DocumentSelector = ['typescript', 'javascript'].map((language) => ({
    scheme: 'file',
    language,
    pattern: '**/*.memoir.{ts,js}',
  }));
  static readonly metadata = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };

  provideCodeActions(
    document: vscode.TextDocument,
    _: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const concerned = diagnostics.filter(({ code }) =>
      UNKNOWN.has(Number(typeof code === 'object' ? code.value : code)),
    );
    if (!concerned.length) return [];
    const title = 'Set up the types of Memoir for this folder';
    const fix = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    const command: CommandId = 'memoir.setUpTypes';
    fix.command = { command, title, arguments: [document.uri] };
    fix.diagnostics = concerned;
    fix.isPreferred = true;
    return [fix];
  }
}

/** Writes what plain TypeScript needs, and shows which project knows it now. */
export async function setUpPlainTypes({ extensionPath }: vscode.ExtensionContext, target: unknown): Promise<void> {
  const uri = target instanceof vscode.Uri ? target : vscode.window.activeNotebookEditor?.notebook.uri;
  if (uri?.scheme !== 'file') throw new UserError('Open a saved notebook first, as a notebook or as plain text.');
  const root = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? dirname(uri.fsPath);
  const config = await setUpTypes(uri.fsPath, root, join(extensionPath, 'dist/types'));
  await lookAgain();
  void vscode.window.setStatusBarMessage(`$(check) ${vscode.workspace.asRelativePath(config)} knows Memoir now`, 4000);
}

/** VS Code's TypeScript keeps to the project that it has found for an open file, though a nearer one appears. */
async function lookAgain(): Promise<void> {
  const isOpen = vscode.workspace.textDocuments.some(({ uri }) => uri.scheme === 'file' && NOTEBOOK.test(uri.path));
  const commands = isOpen ? await vscode.commands.getCommands() : [];
  if (commands.includes(RESTART)) await vscode.commands.executeCommand(RESTART);
}

const NOTEBOOK = /\.memoir\.[tj]s$/;
const RESTART = 'typescript.restartTsServer';
