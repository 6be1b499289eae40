import type { KeepEvent } from '../src/protocol/panel.ts';

/** What VS Code gives the script of a page in a panel, once. */
declare function acquireVsCodeApi(): { postMessage(message: unknown): void; setState(state: unknown): void };

/** A page's line to the editor around it. */
export interface Editor<Message> {
  post(message: Message): void;
}

/** Joins the page to the editor, which hands what it was told to keep back with the panel; null where there is none. */
export function findEditor<Message>(): Editor<Message> | null {
  if (typeof acquireVsCodeApi !== 'function') return null;
  const editor = acquireVsCodeApi();
  addEventListener('message', ({ data, origin }: MessageEvent<KeepEvent | null>) => {
    if (origin !== 'null' && data?.type === 'keep') editor.setState(data.state); // frames of outputs belong to no origin
  });
  return { post: (message) => editor.postMessage(message) };
}
