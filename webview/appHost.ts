import type { AppEvent, AppMessage } from '../src/protocol/app.ts';

/** How the page stands with whoever runs the notebook. */
export type LineState =
  | { readonly type: 'live' }
  /** Cut off; it comes back by itself. */
  | { readonly type: 'lost' }
  /** Nobody used the page for a while; it comes back when somebody does. */
  | { readonly type: 'asleep' }
  | { readonly type: 'full' }
  /** It will not come back. */
  | { readonly type: 'ended'; readonly text: string };

/** Whoever runs the notebook of an app's page: a server, an editor, or nobody, on a page that was saved. */
export interface AppHost {
  readonly isLive: boolean;
  /** Begins; from then on the page is told. */
  start(listener: AppListener): void;
  post(message: AppMessage): void;
}

export interface AppListener {
  hear(event: AppEvent): void;
  line(state: LineState): void;
}
