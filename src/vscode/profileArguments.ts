import { basename } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../base/errors.ts';
import { formatCount } from '../base/format.ts';
import { checkArguments } from '../profile/argumentText.ts';
import { type CapturedCall, capturedCalls, captureFolder } from '../profile/captured.ts';
import type { NotebookChoice } from '../profile/cellModules.ts';
import { knownRecords } from '../profile/cellTarget.ts';
import type { OpenNotebook } from './openNotebook.ts';
import { programOf } from './profileCells.ts';
import type { ProfileTools } from './profileTools.ts';

/** What a function is called with: an expression, perhaps over the variables of a notebook, or real calls in turn. */
export type GivenArguments =
  | { readonly args: string; readonly notebook?: NotebookChoice }
  | { readonly captured: readonly CapturedCall[] };

/** Captured calls, variables of a notebook in sight, or else arguments that the reader types; nothing when the reader gives up. */
export async function askArguments(
  tools: ProfileTools,
  document: vscode.TextDocument,
  name: string,
): Promise<GivenArguments | undefined> {
  const captured = await captureOf(tools, document.uri, name);
  const notebooks = tools.notebooks.visible;
  if (!captured.length && !notebooks.length) return typed(tools, document, name);
  const all = { label: `$(history) ${formatCount(captured.length, 'captured call')} in turn`, captured };
  const single = captured.slice(0, 20).map((call) => ({
    label: `$(symbol-method) ${call.preview}`,
    description: new Date(call.at).toLocaleString(),
    captured: [call],
  }));
  const variables = notebooks.map((from) => ({
    label: `$(notebook) Variables of ${basename(from.document.uri.fsPath)}…`,
    from,
  }));
  const other = { label: '$(edit) Other arguments…' };
  const items: readonly GivenItem[] = [...(captured.length > 1 ? [all] : []), ...single, ...variables, other];
  const picked = await vscode.window.showQuickPick(items, { title: `Arguments of ${name}` });
  if (!picked) return undefined;
  return picked.captured ? { captured: picked.captured } : typed(tools, document, name, picked.from);
}

interface GivenItem extends vscode.QuickPickItem {
  readonly captured?: readonly CapturedCall[];
  readonly from?: OpenNotebook;
}

/** A notebook as it stands in the editor, with what its cells gave last. */
export function choiceOf({ stores }: ProfileTools, { document, session }: OpenNotebook): NotebookChoice {
  const program = programOf(document, session.program);
  const cacheDirectory = stores.directory(document.uri);
  return { notebook: document.uri.fsPath, program, records: knownRecords(program, session), cacheDirectory };
}

/** The calls of a function that were captured in the last days. */
export function captureOf({ stores }: ProfileTools, uri: vscode.Uri, name: string): Promise<readonly CapturedCall[]> {
  return capturedCalls(captureFolder(stores.directory(uri), uri.fsPath, name));
}

/** Arguments as they were last given for this function, to be changed. */
async function typed(
  tools: ProfileTools,
  document: vscode.TextDocument,
  name: string,
  from?: OpenNotebook,
): Promise<GivenArguments | undefined> {
  const { context } = tools;
  const notebook = from && choiceOf(tools, from);
  const key = `memoir.arguments ${document.uri.toString()}#${name}${notebook ? ` ${notebook.notebook}` : ''}`;
  const given = await vscode.window.showInputBox({
    title: `Arguments of ${name}`,
    prompt: notebook ? variablesIn(notebook) : PROMPT,
    value: context.workspaceState.get<string>(key, '[]'),
    ignoreFocusOut: true,
    validateInput(text) {
      try {
        if (text.trim()) checkArguments(text);
        return null;
      } catch (error) {
        return error instanceof UserError ? error.message : String(error);
      }
    },
  });
  if (given === undefined) return undefined;
  const args = listOf(given.trim());
  await context.workspaceState.update(key, args);
  return { args, ...(notebook && { notebook }) };
}

const PROMPT = 'A list as JSON or a TypeScript expression, such as [1000, new Map([["a", 1]])]. Empty for none.';

function variablesIn({ program }: NotebookChoice): string {
  const names = program.order.flatMap((id) => program.analysis(id).declarations.map(({ name }) => name));
  return `A list, as a TypeScript expression over ${names.join(', ')}.`;
}

/** A single number, text or truth value means a list of one. */
function listOf(text: string): string {
  return /^(-?[\d.]|["'`]|(true|false|null)$)/.test(text) ? `[${text}]` : text || '[]';
}
