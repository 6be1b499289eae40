import css from './appPage.css';
import { AppSaved } from './appSaved.ts';
import { AppSocket } from './appSocket.ts';
import { followTheme, toggleScheme } from './appTheme.ts';
import { AppView } from './appView.ts';
import { h, sheetOf } from './dom.ts';

const { memoirLive = '/live' } = document.documentElement.dataset;
const host = AppSaved.read() ?? new AppSocket(memoirLive);

document.adoptedStyleSheets = [sheetOf(css)];
followTheme();
new AppView(host, [schemeButton()]).start();

function schemeButton(): HTMLElement {
  const button = h('button', { type: 'button', class: 'quiet scheme', 'aria-label': 'Light or dark' });
  button.addEventListener('click', toggleScheme);
  return button;
}
