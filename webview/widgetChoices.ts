import type { WidgetChoice } from '../src/protocol/output.ts';
import { h } from './dom.ts';
import { type Control, type ControlEvents, keepKeys, keepTyping, labelled, nextId } from './widgetControl.ts';

/** Lists longer than this can be searched. */
const SEARCHABLE = 8;

/** A drop-down list: the browser's own, which nothing clips. */
export function select(events: ControlEvents): Control {
  const id = nextId();
  const label = h('label', { for: id });
  const input = h('select', { id });
  const choices = new Choices((all) =>
    input.replaceChildren(...all.map((choice, i) => h('option', { value: i }, choice.label))),
  );
  let shown: unknown;
  const paint = () => {
    input.selectedIndex = choices.all.findIndex(({ value }) => value === shown);
  };
  input.addEventListener('change', () => {
    shown = choices.all[input.selectedIndex]?.value;
    events.commit(shown);
  });
  keepKeys(input, /^(Arrow|Page|Home|End|.$)/);
  return {
    element: labelled(label, h('div', { class: 'dropdown' }, input)),
    inputs: [input],
    declare({ label: text, options }) {
      label.textContent = text;
      input.disabled = options.disabled === true;
      if (choices.take(options.options)) paint(); // an open list stays open
    },
    show(value) {
      shown = value;
      paint();
    },
  };
}

/** Choices below each other, one of them chosen. */
export function radio(events: ControlEvents): Control {
  return oneOf('radios', events);
}

/** Choices in a row, as the tabs of what follows. */
export function tabs(events: ControlEvents): Control {
  return oneOf('segments', events);
}

function oneOf(look: 'radios' | 'segments', events: ControlEvents): Control {
  const label = h('span', { id: nextId() });
  const group = h('div', { class: look, role: 'radiogroup', 'aria-labelledby': label.id });
  const name = nextId();
  const inputs: HTMLInputElement[] = [];
  let shown: unknown;
  const paint = () => {
    for (const [i, input] of inputs.entries()) input.checked = choices.all[i]?.value === shown;
  };
  const choices = new Choices((all) => {
    inputs.splice(0, Number.POSITIVE_INFINITY, ...all.map(() => h('input', { type: 'radio', name })));
    group.replaceChildren(...all.map((choice, i) => h('label', {}, inputs[i]!, h('span', {}, choice.label))));
  });
  group.addEventListener('change', () => {
    shown = choices.all[inputs.findIndex((input) => input.checked)]?.value;
    events.commit(shown);
  });
  keepKeys(group, /^(Arrow| )/);
  return {
    element: labelled(label, group),
    inputs: [group],
    declare({ label: text, options }) {
      label.textContent = text;
      if (choices.take(options.options)) paint();
      for (const input of inputs) input.disabled = options.disabled === true;
    },
    show(value) {
      shown = value;
      paint();
    },
  };
}

/** A list to tick, searchable when it is long. */
export function multiselect(events: ControlEvents): Control {
  const label = h('span', { id: nextId() });
  const count = h('span', { class: 'value' });
  const search = h('input', { type: 'search', placeholder: 'Search', 'aria-label': 'Search the list' });
  const list = h('div', { class: 'options', role: 'group', 'aria-labelledby': label.id });
  const inputs: HTMLInputElement[] = [];
  let shown: readonly unknown[] = [];
  const paint = () => {
    for (const [i, input] of inputs.entries()) input.checked = shown.includes(choices.all[i]?.value);
    count.textContent = `${shown.length} of ${inputs.length}`;
  };
  const choices = new Choices((all) => {
    inputs.splice(0, Number.POSITIVE_INFINITY, ...all.map(() => h('input', { type: 'checkbox' })));
    list.replaceChildren(
      ...all.map((choice, i) => h('label', { class: 'check' }, inputs[i]!, h('span', {}, choice.label))),
    );
    search.hidden = all.length <= SEARCHABLE;
  });
  list.addEventListener('change', () => {
    shown = choices.all.filter((_, i) => inputs[i]!.checked).map(({ value }) => value);
    paint();
    events.commit(shown);
  });
  search.addEventListener('input', () => {
    const wanted = search.value.toLowerCase();
    for (const row of list.children) row.toggleAttribute('hidden', !row.textContent?.toLowerCase().includes(wanted));
  });
  keepTyping(search);
  keepKeys(list, /^(Arrow| )/);
  return {
    element: labelled(h('div', { class: 'head' }, label, count), search, list),
    inputs: [list],
    declare({ label: text, options }) {
      label.textContent = text;
      if (choices.take(options.options)) paint();
      for (const input of inputs) input.disabled = options.disabled === true;
      list.tabIndex = options.disabled === true ? 0 : -1; // where nothing in it takes the keyboard, it is scrolled itself
    },
    show(value) {
      shown = Array.isArray(value) ? value : [];
      paint();
    },
  };
}

/** The choices of a widget; what stands for them is drawn again only when they are others. */
class Choices {
  all: readonly WidgetChoice[] = [];
  readonly #draw: (all: readonly WidgetChoice[]) => void;

  constructor(draw: (all: readonly WidgetChoice[]) => void) {
    this.#draw = draw;
  }

  /** Whether they were drawn again. */
  take(given: readonly WidgetChoice[] = []): boolean {
    if (JSON.stringify(given) === JSON.stringify(this.all)) return false;
    this.all = given;
    this.#draw(given);
    return true;
  }
}
