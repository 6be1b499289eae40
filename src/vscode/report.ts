import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable.ts';
import { messageOf, UserError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

/** The log channel, and the one road of errors to the screen. */
export class Report implements Log, Disposable {
  readonly #channel = vscode.window.createOutputChannel('Memoir', { log: true });
  readonly #told = new Set<string>();

  debug(message: string): void {
    this.#channel.debug(message);
  }

  info(message: string): void {
    this.#channel.info(message);
  }

  warn(message: string): void {
    this.#channel.warn(message);
  }

  error(message: string, thrown?: unknown): void {
    this.#channel.error(message);
    if (thrown instanceof Error) this.#channel.error(thrown);
  }

  /** Shows what went wrong: a sentence for the reader as it is, a bug as one line with the log behind it. */
  show(thrown: unknown): void {
    if (thrown instanceof UserError) {
      this.warn(thrown.message);
      void vscode.window.showErrorMessage(thrown.message);
      return;
    }
    this.error('Something went wrong in Memoir.', thrown);
    void vscode.window.showErrorMessage(`Memoir: ${messageOf(thrown)}`, 'Show Log').then((choice) => {
      if (choice) this.reveal();
    });
  }

  /** Tells the reader something once in a session. */
  tellOnce(message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.warn(message);
    void vscode.window.showWarningMessage(message);
  }

  reveal(): void {
    this.#channel.show();
  }

  dispose(): void {
    this.#channel.dispose();
  }
}
