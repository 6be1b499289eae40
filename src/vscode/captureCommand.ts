import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../base/errors.ts';
import { formatCount } from '../base/format.ts';
import { findNode } from '../process/forkNode.ts';
import { setting } from './contributions.ts';
import { captureOf } from './profileArguments.ts';
import { functionInFront, profile } from './profileCommand.ts';
import type { ProfileTools } from './profileTools.ts';

/** "Capture Arguments": runs a program in a terminal, keeps what it calls a function with, and offers to profile it with that. */
export async function captureArguments(tools: ProfileTools): Promise<void> {
  const found = await functionInFront('put the cursor into the function whose calls to keep');
  if (!found) return;
  const { document, chosen } = found;
  if (document.uri.scheme !== 'file')
    throw new UserError('Calls of a function in a cell cannot be captured. Move the function to a file of its own.');
  const program = await askProgram(tools, document.uri);
  if (!program?.length) return;
  await document.save(); // the program reads the file
  await runInTerminal(await captureTask(tools, document.uri, chosen.name, program));
  const calls = await captureOf(tools, document.uri, chosen.name);
  if (!calls.length) return; // the terminal says why
  const captured = `${formatCount(calls.length, 'call')} of ${chosen.name} captured, secrets masked.`;
  if (await vscode.window.showInformationMessage(captured, 'Profile Function')) await profile(tools, chosen.name);
}

/** What runs the function, in words as for a shell without its signs; the same as last time unless the reader changes it. */
async function askProgram({ context }: ProfileTools, uri: vscode.Uri): Promise<readonly string[] | undefined> {
  const key = `memoir.capture ${uri.toString()}`;
  const program = await vscode.window.showInputBox({
    title: 'Which program calls the function?',
    prompt: 'A script, a notebook, or a command that starts Node.js. It runs in the terminal.',
    value: context.workspaceState.get(key, 'npm test'),
    ignoreFocusOut: true,
  });
  if (!program) return undefined;
  await context.workspaceState.update(key, program);
  return wordsOf(program);
}

/** Words apart by spaces, unless quoted. */
function wordsOf(text: string): string[] {
  return Array.from(
    text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g),
    ([, double, single, plain]) => double ?? single ?? plain!,
  );
}

async function captureTask(
  { context, stores }: ProfileTools,
  uri: vscode.Uri,
  name: string,
  program: readonly string[],
): Promise<vscode.Task> {
  const node = await findNode(setting('kernel.nodePath') || null);
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  const args = [join(context.extensionPath, 'dist/cli.js'), 'capture', `${uri.fsPath}#${name}`, '--', ...program];
  const env = { ...node.env, MEMOIR_CACHE_DIR: stores.directory(uri) };
  const execution = new vscode.ProcessExecution(node.path, args, { env, ...(folder && { cwd: folder.uri.fsPath }) });
  const title = `capture ${basename(uri.fsPath)}#${name}`;
  return new vscode.Task({ type: 'process' }, folder ?? vscode.TaskScope.Workspace, title, 'Memoir', execution, []);
}

async function runInTerminal(task: vscode.Task): Promise<void> {
  const execution = await vscode.tasks.executeTask(task);
  await new Promise<void>((resolve) => {
    const listener = vscode.tasks.onDidEndTask((ended) => {
      if (ended.execution !== execution) return;
      listener.dispose();
      resolve();
    });
  });
}
