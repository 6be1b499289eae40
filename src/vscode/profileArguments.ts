import * as vscode from 'vscode';
import { UserError } from '../base/errors.ts';
import { formatCount } from '../base/format.ts';
import { checkArguments } from '../profile/argumentText.ts';
import { type CapturedCall, capturedCalls, captureFolder } from '../profile/captured.ts';
import type { ProfileTools } from './profileTools.ts';

/** What a function is called with: an expression, or real calls in turn. */
export type GivenArguments = { readonly args: string } | { readonly captured: readonly CapturedCall[] };

/** Captured calls where there are any, or else arguments that the reader types; nothing when the reader gives up. */
export async function askArguments(
  tools: ProfileTools,
  document: vscode.TextDocument,
  name: string,
): Promise<GivenArguments | undefined> {
  const captured = await captureOf(tools, document.uri, name);
  if (!captured.length) return typed(tools, document, name);
  const all = { label: `$(history) ${formatCount(captured.length, 'captured call')} in turn`, captured };
  const single = captured.slice(0, 20).map((call) => ({
    label: `$(symbol-method) ${call.preview}`,
    description: new Date(call.at).toLocaleString(),
    captured: [call],
  }));
  const other = { label: '$(edit) Other arguments…', captured: null };
  const items = [...(captured.length > 1 ? [all] : []), ...single, other];
  const picked = await vscode.window.showQuickPick(items, { title: `Arguments of ${name}` });
  if (!picked) return undefined;
  return picked.captured ? { captured: picked.captured } : typed(tools, document, name);
}

/** The calls of a function that were captured in the last days. */
export function captureOf({ stores }: ProfileTools, uri: vscode.Uri, name: string): Promise<readonly CapturedCall[]> {
  return capturedCalls(captureFolder(stores.directory(uri), uri.fsPath, name));
}

/** Arguments as they were last given for this function, to be changed. */
async function typed(
  { context }: ProfileTools,
  document: vscode.TextDocument,
  name: string,
): Promise<GivenArguments | undefined> {
  const key = `memoir.arguments ${document.uri.toString()}#${name}`;
  const given = await vscode.window.showInputBox({
    title: `Arguments of ${name}`,
    prompt: 'A list as JSON or a TypeScript expression, such as [1000, new Map([["a", 1]])]. Empty for none.',
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
  return { args };
}

/** A single number, text or truth value means a list of one. */
function listOf(text: string): string {
  return /^(-?[\d.]|["'`]|(true|false|null)$)/.test(text) ? `[${text}]` : text || '[]';
}
