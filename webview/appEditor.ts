import type { AppEvent, AppMessage } from '../src/protocol/app.ts';
import type { AppHost, AppListener } from './appHost.ts';
import { type Editor, findEditor } from './editor.ts';

/** The line to the editor that shows the page in a panel. It is never cut. */
export class AppEditor implements AppHost {
  /** The editor around this page; null where there is none. */
  static find(): AppEditor | null {
    const editor = findEditor<AppMessage>();
    return editor && new AppEditor(editor);
  }

  readonly isLive = true;
  readonly #editor: Editor<AppMessage>;

  private constructor(editor: Editor<AppMessage>) {
    this.#editor = editor;
  }

  start(listener: AppListener): void {
    addEventListener('message', ({ data, origin }: MessageEvent) => {
      if (origin !== 'null' && isEvent(data)) listener.hear(data); // frames of outputs belong to no origin
    });
    listener.line({ type: 'live' });
    this.post({ type: 'open', session: null, page: 'panel', widgets: {}, address: {} });
  }

  post(message: AppMessage): void {
    if (message.type !== 'ready') this.#editor.post(message);
  }
}

function isEvent(data: unknown): data is AppEvent {
  return (
    typeof data === 'object' &&
    data !== null &&
    'type' in data &&
    ['page', 'cells', 'widgets', 'output', 'rows', 'toast', 'notice'].includes(String(data.type))
  );
}
