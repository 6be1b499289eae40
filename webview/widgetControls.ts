import type { WidgetData } from '../src/protocol/output.ts';
import { h } from './dom.ts';

/** What a control tells of the reader's doings. */
export interface ControlEvents {
  /** The value while it is being changed. */
  readonly move: (value: unknown) => void;
  /** The value that the reader decided on. */
  readonly commit: (value: unknown) => void;
  readonly hold: (held: boolean) => void;
}

/** The element behind a widget. */
export interface Control {
  readonly element: HTMLElement;
  /** Takes label, limits, choices and whether it can be used. */
  declare(data: WidgetData): void;
  show(value: unknown): void;
}

/** The control for a kind of widget. */
export function makeControl(data: WidgetData, events: ControlEvents): Control {
  return (CONTROLS[data.kind] ?? text)(events);
}

const CONTROLS: Readonly<Partial<Record<WidgetData['kind'], (events: ControlEvents) => Control>>> = {
  slider,
  select,
  text,
  checkbox,
};

const TYPING_PAUSE_MS = 400;
let ids = 0;

function slider(events: ControlEvents): Control {
  const id = nextId();
  const input = h('input', { type: 'range', id });
  const label = h('label', { for: id });
  const bubble = h('output', { for: id, class: 'bubble' });
  const [least, most] = [h('span'), h('span')];
  const ends = h('div', { class: 'ends', 'aria-hidden': 'true' }, least, most);
  const element = h('div', { class: 'slider' }, label, bubble, input, ends);
  const paint = () => {
    const { min, max, value } = input;
    const share = (Number(value) - Number(min)) / (Number(max) - Number(min) || 1);
    input.style.setProperty('--share', String(share));
    bubble.value = value;
  };
  input.addEventListener('input', () => {
    paint();
    events.move(input.valueAsNumber);
  });
  input.addEventListener('change', () => events.commit(input.valueAsNumber));
  input.addEventListener('pointerdown', () => events.hold(true));
  for (const end of ['pointerup', 'pointercancel', 'blur']) input.addEventListener(end, () => events.hold(false));
  keepKeys(input, /^(Arrow|Page|Home|End)/);
  return {
    element,
    declare({ label: text, options }) {
      label.textContent = text;
      for (const name of ['min', 'max', 'step'] as const)
        input[name] = String(options[name] ?? (name === 'max' ? 100 : name === 'min' ? 0 : 1));
      least.textContent = input.min;
      most.textContent = input.max;
      input.disabled = options.disabled === true;
      paint();
    },
    show(value) {
      input.value = String(value);
      paint();
    },
  };
}

function select(events: ControlEvents): Control {
  const id = nextId();
  const label = h('label', { for: id });
  const input = h('select', { id });
  let choices: readonly Choice[] = [];
  input.addEventListener('change', () => events.commit(choices[input.selectedIndex]?.value));
  keepKeys(input, /^(Arrow|Page|Home|End|.$)/);
  return {
    element: h('div', { class: 'field' }, label, h('div', { class: 'dropdown' }, input)),
    declare({ label: text, options }) {
      label.textContent = text;
      input.disabled = options.disabled === true;
      const given = choicesOf(options.options);
      if (JSON.stringify(given) === JSON.stringify(choices)) return; // an open list stays open
      choices = given;
      const selected = input.selectedIndex;
      input.replaceChildren(...choices.map((choice, i) => h('option', { value: i }, choice.label)));
      input.selectedIndex = Math.min(selected, choices.length - 1);
    },
    show(value) {
      const same = choices.findIndex((choice) => choice.value === value);
      input.selectedIndex =
        same >= 0 ? same : choices.findIndex((choice) => JSON.stringify(choice.value) === JSON.stringify(value));
    },
  };
}

function text(events: ControlEvents): Control {
  const id = nextId();
  const label = h('label', { for: id });
  const input = h('input', { type: 'text', id, spellcheck: 'false', autocomplete: 'off' });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let committed = '';
  const commit = () => {
    clearTimeout(timer);
    if (input.value === committed) return;
    committed = input.value;
    events.commit(committed);
  };
  input.addEventListener('input', () => {
    events.hold(true);
    clearTimeout(timer);
    timer = setTimeout(commit, TYPING_PAUSE_MS);
  });
  input.addEventListener('blur', () => {
    commit();
    events.hold(false);
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') commit();
    if (event.key !== 'Escape' && !event.ctrlKey && !event.metaKey) event.stopPropagation(); // the clipboard is the editor's
  });
  return {
    element: h('div', { class: 'field' }, label, input),
    declare({ label: words, options }) {
      label.textContent = words;
      input.placeholder = typeof options.placeholder === 'string' ? options.placeholder : '';
      input.disabled = options.disabled === true;
    },
    show(value) {
      committed = String(value ?? '');
      if (input.value !== committed) input.value = committed;
    },
  };
}

function checkbox(events: ControlEvents): Control {
  const input = h('input', { type: 'checkbox' });
  const words = h('span');
  input.addEventListener('change', () => events.commit(input.checked));
  keepKeys(input, /^ $/);
  return {
    element: h('label', { class: 'check' }, input, words),
    declare({ label, options }) {
      words.textContent = label;
      input.disabled = options.disabled === true;
    },
    show(value) {
      input.checked = value === true;
    },
  };
}

interface Choice {
  readonly label: string;
  readonly value: unknown;
}

function choicesOf(options: unknown): Choice[] {
  if (!Array.isArray(options)) return [];
  return options.map((option: unknown) =>
    typeof option === 'object' && option !== null && 'value' in option
      ? { label: 'label' in option ? String(option.label) : String(option.value), value: option.value }
      : { label: String(option), value: option },
  );
}

/** Keys that mean something to a control do not reach the notebook, which would move its selection. */
function keepKeys(element: HTMLElement, keys: RegExp): void {
  element.addEventListener('keydown', (event) => {
    if (keys.test(event.key) && !event.ctrlKey && !event.metaKey) event.stopPropagation();
  });
}

function nextId(): string {
  ids += 1;
  return `memoir-widget-${ids}`;
}
