import type { Disposable } from '../src/base/disposable.ts';
import type { Output, RowsRequest, TableData } from '../src/protocol/output.ts';

/** One output in one format. */
export interface ViewItem {
  readonly mime: string;
  /** What it shows, in words, where that is known. */
  readonly alt?: string;
  /** A fresh copy with every call. */
  json(): unknown;
  text(): string;
  bytes(): Uint8Array;
}

/** What stands on the page for an output. */
export interface OutputView extends Disposable {
  readonly element: HTMLElement;
  /** Its own style sheet. */
  readonly css: string;
  /** Shows new content in the place of the old, so that nothing flickers or loses focus; false where it cannot. */
  update?(item: ViewItem): boolean | Promise<boolean>;
  /** It stands on the page now, and can measure. */
  attached?(): void | Promise<void>;
  /** The reader's theme is another now. */
  restyle?(): void;
}

/** A view of something whose state is kept under a name: a widget, or what is open of a layout. */
export interface StateView {
  readonly name: string;
  /** The state is another now, moved by somebody else. */
  receive(state: unknown): void;
  /** The state is no longer kept, and stands as at first; an output drawn anew says so of widgets. */
  forget?(): void;
  /** Whether the notebook still works on the last move. */
  busy?(busy: boolean): void;
}

/** What a view may ask of the page that it stands on. */
export interface OutputScope extends StateScope {
  /**
   * Draws an output in `element`, in the richest format that is known; `states` stands for the page's where states are
   * kept elsewhere, as in a form.
   */
  draw(element: HTMLElement, output: Output, states?: StateScope): Promise<void>;
  /** Takes what stands in `element` off the page. */
  clear(element: HTMLElement): void;
  /** Asks for rows of a table; null on a page that was saved, where nobody answers. */
  readonly rows: ((request: RowsRequest) => Promise<TableData['rows']>) | null;
  /** Ends the running cell. */
  stop(): void;
}

/** Where the states of widgets and layouts are kept. */
export interface StateScope {
  /** The state kept under `name` as this page knows it. */
  stateOf(name: string): unknown;
  /** Tells `view` of every state under its name, until it is disposed of. */
  watch(view: StateView): Disposable;
  /** The reader changed a state: tells the notebook, and the other views of it on this page. */
  move(view: StateView, state: unknown): void;
}
