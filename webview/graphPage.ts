// The page of a notebook's graph: draws what it is sent, and posts back which cell the reader wants to see.
import type { GraphPageEvent, GraphPageMessage } from '../src/protocol/graph.ts';
import { placeIn } from './dom.ts';
import graphCss from './graphPage.css';
import { GraphDrawing } from './graphView.ts';

/** What VS Code gives the script of a webview. */
declare function acquireVsCodeApi(): { postMessage(message: GraphPageMessage): void };

const editor = acquireVsCodeApi();
const root = placeIn(document.body, graphCss);
const drawing = new GraphDrawing((id) => editor.postMessage({ type: 'openCell', id }));
root.append(drawing.element);
addEventListener('message', ({ data }: MessageEvent<GraphPageEvent>) => {
  if (data.type === 'graph') drawing.show(data.view);
});
editor.postMessage({ type: 'ready' });
