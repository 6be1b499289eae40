import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable.ts';
import type { KeepEvent, PanelState, ProfilePageEvent, ProfilePageMessage, ProfileView } from '../protocol/panel.ts';
import { panelBeside } from './notebookPanels.ts';
import { documentUri } from './profileCells.ts';
import { webviewHtml } from './webviewHtml.ts';

/** What the panel is found again by, and what the reader asks for in it. */
interface PanelActions {
  readonly state: PanelState;
  again(seconds: number | null): void;
  export(): void;
}

/** The panel beside the editor that shows one profile; the next one takes its place. */
export class ProfilePanel implements Disposable {
  readonly #extension: vscode.Uri;
  #panel: vscode.WebviewPanel | null = null;
  #view: ProfileView | null = null;
  #actions: PanelActions | null = null;

  constructor(extension: vscode.Uri) {
    this.#extension = extension;
  }

  show(view: ProfileView, actions: PanelActions): void {
    this.#view = view;
    this.#actions = actions;
    if (!this.#panel) this.adopt(panelBeside('memoir.profile', 'Profile'));
    this.#panel!.title = `Profile of ${view.result.target.name}`;
    this.#panel!.reveal(undefined, true);
    this.#post();
  }

  /** Takes a panel for its own unless it has one already. */
  adopt(panel: vscode.WebviewPanel): boolean {
    if (this.#panel) return false;
    const dist = vscode.Uri.joinPath(this.#extension, 'dist', 'webview');
    panel.webview.options = { enableScripts: true, localResourceRoots: [dist] };
    panel.webview.onDidReceiveMessage((message: ProfilePageMessage) => this.#hear(message));
    panel.onDidDispose(() => {
      this.#panel = null;
    });
    panel.webview.html = webviewHtml(panel.webview, vscode.Uri.joinPath(dist, 'profilePage.js'), 'Profile');
    this.#panel = panel;
    return true;
  }

  dispose(): void {
    this.#panel?.dispose();
  }

  #hear(message: ProfilePageMessage): void {
    switch (message.type) {
      case 'ready':
        this.#post();
        break;
      case 'openLine':
        void openLine(message.file, message.line);
        break;
      case 'export':
        this.#actions?.export();
        break;
      case 'again':
        this.#actions?.again(message.seconds);
        break;
    }
  }

  #post(): void {
    if (!this.#view || !this.#actions) return;
    const keep: KeepEvent = { type: 'keep', state: this.#actions.state };
    const event: ProfilePageEvent = { type: 'profile', view: this.#view };
    void this.#panel?.webview.postMessage(keep);
    void this.#panel?.webview.postMessage(event);
  }
}

/** Shows a line in the column where the code is, and leaves the panel where it stands. */
export async function openLine(file: string, line: number): Promise<void> {
  const at = new vscode.Position(Math.max(0, line - 1), 0);
  const options = { viewColumn: vscode.ViewColumn.One, selection: new vscode.Range(at, at) };
  await vscode.commands.executeCommand('vscode.open', await documentUri(file), options);
}
