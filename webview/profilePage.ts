// The page of a profile: asks for its data once it listens, and posts back only what the reader asks for.
import type { ProfilePageEvent, ProfilePageMessage } from '../src/protocol/panel.ts';
import chartCss from './chart.css';
import { h, placeIn } from './dom.ts';
import { findEditor } from './editor.ts';
import flameCss from './flame.css';
import pageCss from './profilePage.css';
import costsCss from './profilePageCosts.css';
import { ProfileFilePage } from './profilePageFile.ts';
import { ProfilePageView } from './profilePageView.ts';
import baseCss from './renderer.css';
import tableCss from './table.css';
import { watchTheme } from './theme.ts';

const editor = findEditor<ProfilePageMessage>();
const root = placeIn(document.body, baseCss, chartCss, tableCss, pageCss, costsCss, flameCss);
document.body.style.padding = document.body.style.margin = '0'; // VS Code's own is taken back: the page has its own edge
let view: ProfilePageView | ProfileFilePage | null = null;
root.append(h('p', { class: 'waiting' }, 'Reading the profile …'));

addEventListener('message', ({ data }: MessageEvent<ProfilePageEvent>) => {
  if (data.type !== 'profile' && data.type !== 'file') return;
  const post = (message: ProfilePageMessage) => editor?.post(message);
  view?.dispose();
  view = data.type === 'file' ? new ProfileFilePage(data.view, post) : new ProfilePageView(data.view, post);
  root.replaceChildren(view.element);
});
watchTheme(() => view?.refresh());
editor?.post({ type: 'ready' });
