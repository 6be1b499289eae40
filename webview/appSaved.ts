import { type AppCellState, type AppMessage, type AppPage, addressValue } from '../src/protocol/app.ts';
import type { Output } from '../src/protocol/output.ts';
import { readAddress, writeAddress } from './appAddress.ts';
import type { AppHost, AppListener } from './appHost.ts';

/** What a page in one file carries. */
interface Saved {
  readonly page: AppPage;
  readonly cells: Readonly<Record<string, AppCellState>>;
  readonly precomputed: {
    readonly names: readonly string[];
    /** Where those widgets stood when the page was saved. */
    readonly saved: Readonly<Record<string, unknown>>;
    readonly states: Readonly<Record<string, Readonly<Record<string, number>>>>;
    readonly outputs: readonly (readonly Output[])[];
  } | null;
}

/** A page that nobody runs: it shows what was saved, and what was computed ahead for some widgets. */
export class AppSaved implements AppHost {
  /** The page that this document carries; null when it carries none. */
  static read(): AppSaved | null {
    const text = document.getElementById('memoir-saved')?.textContent;
    return text ? new AppSaved(JSON.parse(text) as Saved) : null; // written by the exporter
  }

  readonly isLive = false;
  readonly #saved: Saved;
  readonly #values = new Map<string, unknown>();
  #listener: AppListener | null = null;

  private constructor(saved: Saved) {
    this.#saved = saved;
  }

  start(listener: AppListener): void {
    this.#listener = listener;
    const { page, cells, precomputed } = this.#saved;
    listener.hear({ type: 'page', page, session: null, arrangeable: false });
    listener.hear({ type: 'cells', cells });
    const address = Object.entries(readAddress()).filter(([name]) => precomputed?.names.includes(name));
    if (address.length) this.#move(address.map(([name, text]) => [name, addressValue(text)]));
  }

  post(message: AppMessage): void {
    const { precomputed } = this.#saved;
    if (message.type === 'widget' && precomputed?.names.includes(message.name))
      this.#move([[message.name, message.value]]);
    if (message.type === 'reset' && precomputed) this.#move(Object.entries(precomputed.saved));
  }

  #move(moves: readonly (readonly [string, unknown])[]): void {
    const { names, saved, states, outputs } = this.#saved.precomputed!;
    const wanted = new Map([...Object.entries(saved), ...this.#values, ...moves]);
    const state = states[JSON.stringify(names.map((name) => wanted.get(name)))];
    if (!state) {
      this.#listener?.hear({ type: 'notice', text: 'This page was saved without what comes out there.' });
      this.#listener?.hear({ type: 'widgets', values: Object.fromEntries(this.#values) });
      return;
    }
    for (const [name, value] of moves) {
      if (JSON.stringify(value) === JSON.stringify(saved[name])) this.#values.delete(name);
      else this.#values.set(name, value);
    }
    writeAddress(this.#values);
    const cells = Object.entries(state).map(([id, number]): [string, AppCellState] => [
      id,
      { status: 'done', outputs: outputs[number]!, problem: null },
    ]);
    this.#listener?.hear({ type: 'cells', cells: Object.fromEntries(cells) });
    this.#listener?.hear({ type: 'widgets', values: Object.fromEntries(this.#values) });
  }
}
