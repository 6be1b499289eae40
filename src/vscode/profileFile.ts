import { basename } from 'node:path';
import * as vscode from 'vscode';
import { readProfileFile } from '../profile/profileFile.ts';
import type { ProfileFileView, ProfilePageEvent, ProfilePageMessage } from '../protocol/panel.ts';
import { openLine } from './profilePanel.ts';
import { webviewHtml } from './webviewHtml.ts';

/** Opens `.cpuprofile` and `.heapprofile` files: flame charts, bottom-up, call tree. */
export class ProfileFileEditor {
  readonly #extension: vscode.Uri;

  constructor(extension: vscode.Uri) {
    this.#extension = extension;
  }

  async resolveCustomEditor({ uri }: vscode.CustomDocument, { webview }: vscode.WebviewPanel): Promise<void> {
    const view = await viewOf(uri);
    const dist = vscode.Uri.joinPath(this.#extension, 'dist', 'webview');
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    webview.onDidReceiveMessage((message: ProfilePageMessage) => {
      if (message.type === 'openLine') void openLine(message.file, message.line);
      else if (message.type === 'ready') void webview.postMessage({ type: 'file', view } satisfies ProfilePageEvent);
    });
    webview.html = webviewHtml(webview, vscode.Uri.joinPath(dist, 'profilePage.js'), 'Profile');
  }
}

async function viewOf(uri: vscode.Uri): Promise<ProfileFileView> {
  const { unit, stacks, timeline, samples } = readProfileFile(await vscode.workspace.fs.readFile(uri));
  const files = new Set(stacks.frames.flatMap(({ file }) => file ?? []));
  const paths = Object.fromEntries([...files].map((file) => [file, vscode.workspace.asRelativePath(file)]));
  return { title: basename(uri.fsPath), unit, samples, stacks, timeline, paths };
}
