// The page of a notebook's graph: draws what it is sent, and posts back which cell the reader wants to see.
import type { GraphPageEvent, GraphPageMessage } from '../src/protocol/graph.ts';
import { placeIn } from './dom.ts';
import { findEditor } from './editor.ts';
import graphCss from './graphPage.css';
import { GraphDrawing } from './graphView.ts';

const editor = findEditor<GraphPageMessage>();
const root = placeIn(document.body, graphCss);
const drawing = new GraphDrawing((id) => editor?.post({ type: 'openCell', id }));
root.append(drawing.element);
addEventListener('message', ({ data }: MessageEvent<GraphPageEvent>) => {
  if (data.type === 'graph') drawing.show(data.view);
});
editor?.post({ type: 'ready' });
