import arrangeCss from './appArrange.css';
import barsCss from './appBars.css';
import { AppEditor } from './appEditor.ts';
import pageCss from './appPage.css';
import printCss from './appPrint.css';
import { AppSaved } from './appSaved.ts';
import { AppSocket } from './appSocket.ts';
import tabsCss from './appTabs.css';
import { followTheme, toggleScheme } from './appTheme.ts';
import { AppView } from './appView.ts';
import { h, sheetOf } from './dom.ts';
import { printWhole } from './paper.ts';

const { memoirLive = '/live' } = document.documentElement.dataset;
const editor = AppEditor.find();

document.adoptedStyleSheets = [pageCss, tabsCss, barsCss, arrangeCss, printCss].map(sheetOf);
if (editor) document.documentElement.classList.add('in-editor');
else followTheme(); // the editor brings its own
printWhole();
new AppView(editor ?? AppSaved.read() ?? new AppSocket(memoirLive), editor ? [] : [schemeButton()]).start();

function schemeButton(): HTMLElement {
  const button = h('button', { type: 'button', class: 'quiet scheme', 'aria-label': 'Light or dark' });
  button.addEventListener('click', toggleScheme);
  return button;
}
