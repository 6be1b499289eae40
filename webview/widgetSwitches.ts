import '@vscode-elements/elements/dist/vscode-button/index.js';
import type { VscodeButton } from '@vscode-elements/elements/dist/vscode-button/vscode-button.js';
import { formatDuration } from '../src/base/format.ts';
import { h } from './dom.ts';
import { type Control, type ControlEvents, keepKeys } from './widgetControl.ts';

/** A box to tick. */
export function checkbox(events: ControlEvents): Control {
  return flag('check', events);
}

/** A switch. */
export function toggle(events: ControlEvents): Control {
  return flag('toggle', events);
}

function flag(look: 'check' | 'toggle', events: ControlEvents): Control {
  const input = h('input', { type: 'checkbox', role: look === 'toggle' && 'switch' });
  const words = h('span');
  input.addEventListener('change', () => events.commit(input.checked));
  keepKeys(input, /^ $/);
  return {
    element: h('label', { class: look }, input, words),
    inputs: [input],
    declare({ label, options }) {
      words.textContent = label;
      input.disabled = options.disabled === true;
    },
    show(value) {
      input.checked = value === true;
    },
  };
}

/** A button that counts its presses. */
export function button(events: ControlEvents): Control {
  const element = makeButton();
  let presses = 0;
  element.addEventListener('click', () => {
    presses += 1;
    events.commit(presses);
  });
  return {
    element,
    inputs: [element],
    declare({ label, options }) {
      element.textContent = label;
      element.disabled = options.disabled === true;
    },
    show(value) {
      presses = Number(value);
    },
  };
}

/** Says how often something is refreshed, and refreshes it at once when asked. */
export function refresh(events: ControlEvents): Control {
  const words = h('span');
  const now = makeButton(true);
  now.textContent = 'Refresh now';
  let count = 0;
  now.addEventListener('click', () => {
    count += 1;
    events.commit(count);
  });
  return {
    element: h('div', { class: 'row refresh' }, words, now),
    inputs: [now],
    declare({ label, options: { everyMs = 0, disabled } }) {
      words.textContent = `${label} every ${formatDuration(everyMs)}`;
      now.disabled = disabled === true;
    },
    show(value) {
      count = Number(value);
    },
  };
}

/** A button of the editor's look; its keys are its own. */
export function makeButton(secondary = false): VscodeButton {
  const button = document.createElement('vscode-button') as VscodeButton;
  button.secondary = secondary;
  keepKeys(button, /^( |Enter)$/);
  return button;
}
