import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { Emitter } from '../base/event.ts';
import type { RendererEvent, RendererMessage } from '../protocol/output.ts';
import { RENDERER_ID } from './contributions.ts';

/** Where notebooks are drawn, in their editors and on pages that show them apart: all are told the same and heard alike. */
export class NotebookPages implements Disposable {
  readonly #hear: (document: vscode.NotebookDocument, message: RendererMessage) => void;
  readonly #store = new DisposableStore();
  readonly #messaging = vscode.notebooks.createRendererMessaging(RENDERER_ID);
  readonly #told = this.#store.add(
    new Emitter<{ readonly document: vscode.NotebookDocument; readonly event: RendererEvent }>(),
  );

  constructor(hear: (document: vscode.NotebookDocument, message: RendererMessage) => void) {
    this.#hear = hear;
    this.#store.add(this.#messaging.onDidReceiveMessage(({ editor, message }) => hear(editor.notebook, message)));
  }

  /** Adds a page that shows a notebook apart from its editor. */
  join(
    document: vscode.NotebookDocument,
    listener: (event: RendererEvent) => void,
  ): Disposable & { hear(message: RendererMessage): void } {
    const listening = this.#told.event((told) => told.document === document && listener(told.event));
    return { hear: (message) => this.#hear(document, message), dispose: () => listening.dispose() };
  }

  post(document: vscode.NotebookDocument, event: RendererEvent): void {
    this.#told.fire({ document, event });
    for (const editor of vscode.window.visibleNotebookEditors)
      if (editor.notebook === document) void this.#messaging.postMessage(event, editor);
  }

  dispose(): void {
    this.#store.dispose();
  }
}
