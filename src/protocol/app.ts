import type { CodeData, Output, RendererEvent, RendererMessage } from './output.ts';

/** Columns that a row of an app has. */
export const COLUMNS = 12;

/** Where a cell stands in the app. */
export interface CellLayout {
  readonly place: 'main' | 'sidebar' | 'hidden';
  /** How many of the twelve columns it takes; neighbours that fit into one row share it. */
  readonly width: number;
  /** Cells stand in this order; without a word of the author it is the cell's place in the file, from 1. */
  readonly order: number;
  /** The tab it stands on, with its neighbours that name one; null for none. */
  readonly tab: string | null;
}

/** A cell as the app knows it: without its code, unless the page is to show it. */
export interface AppCell {
  readonly id: string;
  readonly title: string;
  /** The text of a Markdown cell; null for a cell that runs. */
  readonly markdown: string | null;
  /** What the page shows above the outputs: TypeScript or SQL. */
  readonly code: CodeData | null;
  readonly layout: CellLayout;
}

/** What a page is made of. */
export interface AppPage {
  readonly title: string;
  readonly cells: readonly AppCell[];
  /** A sentence below all of them. */
  readonly remark?: string;
}

/** What a cell shows and how far it is. */
export interface AppCellState {
  readonly status: 'idle' | 'busy' | 'done' | 'manual' | 'failed';
  /** Bytes as base64 text. Left out while what stands there stays. */
  readonly outputs?: readonly Output[];
  /** A sentence for the reader: why there is no result. */
  readonly problem: string | null;
}

/** What is told to the page. */
export type AppEvent =
  | {
      readonly type: 'page';
      readonly page: AppPage;
      /** Names the session, so that the page finds it again after a drop; null where there is only one. */
      readonly session: string | null;
      /** The reader is the author, and may arrange the page. */
      readonly arrangeable: boolean;
    }
  | { readonly type: 'cells'; readonly cells: Readonly<Record<string, AppCellState>> }
  | RendererEvent
  | { readonly type: 'notice'; readonly text: string };

/** What the page asks for. Whoever hears it takes nothing in it on trust. */
export type AppMessage =
  | {
      readonly type: 'open';
      /** The session to go on with. */
      readonly session: string | null;
      /** Names this very page, so that a copy of it in another tab gets a session of its own. */
      readonly page: string;
      /** Where the page's widgets stand, for a session that is gone by now. */
      readonly widgets: Readonly<Record<string, unknown>>;
      /** Widgets as the address gives them: text by name. */
      readonly address: Readonly<Record<string, string>>;
    }
  | RendererMessage
  /** Run a cell that waits to be asked. */
  | { readonly type: 'run'; readonly cell: string }
  /** Put every widget back to where it stood at first. */
  | { readonly type: 'reset' }
  | { readonly type: 'layout'; readonly cell: string; readonly layout: Partial<CellLayout> };

/** A message may have this many characters: files come as messages, as base64. */
export const MAX_MESSAGE = 16_000_000;

/** Why the server closes a page's connection, as the code it is closed with. */
export const CLOSED = {
  /** Nobody used it for a while; the page opens a new one when it is used again. */
  idle: 4001,
  /** Too many sessions; try again later. */
  full: 4002,
  /** The page broke a limit. */
  limit: 1008,
} as const;

/** A value that takes more signs than this is not kept in an address. */
export const MAX_ADDRESS_TEXT = 200;

/** A widget's value as an address holds it: text as it is where nothing else could be meant, everything else as JSON. */
export function addressText(value: unknown): string {
  return typeof value === 'string' && !isJson(value) ? value : JSON.stringify(value);
}

/** The value that a text in an address stands for; the widget's own rule has the last word. */
export function addressValue(text: string): unknown {
  return isJson(text) ? JSON.parse(text) : text;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
