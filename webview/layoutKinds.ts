import type { LayoutData } from '../src/protocol/output.ts';
import { h } from './dom.ts';
import { nextId } from './widgetControl.ts';

/** How the parts of a layout stand. */
export interface Arrangement {
  readonly element: HTMLElement;
  /** Opens what the reader had opened; undefined where nothing is known. */
  show(state: unknown): void;
}

interface Events {
  /** A part is to be seen now. */
  readonly open: (index: number) => void;
  /** The reader opened or folded something. */
  readonly remember: (state: unknown) => void;
}

/** The arrangement of `parts`, which are empty until they are opened. */
export function arrange(data: LayoutData, parts: readonly HTMLElement[], events: Events): Arrangement {
  switch (data.kind) {
    case 'tabs':
      return tabs(data, parts, events);
    case 'accordion':
      return accordion(data, parts, events);
    case 'columns':
      return columns(data, parts, events);
    case 'callout':
      return allOpen(callout(data, parts), parts, events);
    case 'sidebar':
      return allOpen(
        h('aside', { class: 'sidebar', part: 'sidebar', 'aria-label': 'Sidebar' }, ...parts),
        parts,
        events,
      );
  }
}

function allOpen(element: HTMLElement, parts: readonly HTMLElement[], { open }: Events): Arrangement {
  for (const index of parts.keys()) open(index);
  return { element, show() {} };
}

function columns({ widths = [] }: LayoutData, parts: readonly HTMLElement[], events: Events): Arrangement {
  for (const [i, part] of parts.entries()) part.style.flexGrow = String(widths[i] ?? 1);
  return allOpen(h('div', { class: 'columns' }, ...parts), parts, events);
}

function callout({ title = '', tone = 'note' }: LayoutData, parts: readonly HTMLElement[]): HTMLElement {
  const id = nextId();
  const heading = h('div', { class: 'title', id }, h('span', { class: 'sign', 'aria-hidden': 'true' }), title);
  return h('div', { class: `callout ${tone}`, role: 'note', 'aria-labelledby': id }, heading, ...parts);
}

function tabs({ children, name }: LayoutData, parts: readonly HTMLElement[], events: Events): Arrangement {
  const buttons = children.map(({ title = '' }) => h('button', { type: 'button', role: 'tab', id: nextId() }, title));
  const panels = parts.map((part, i) =>
    h(
      'div',
      {
        role: 'tabpanel',
        class: 'panel',
        id: nextId(),
        'aria-labelledby': buttons[i]!.id,
        'data-title': children[i]!.title ?? '',
        tabindex: 0,
      },
      part,
    ),
  );
  const list = h('div', { role: 'tablist', class: 'tablist', 'aria-label': name }, ...buttons);
  let chosen = -1;
  const choose = (index: number) => {
    if (index === chosen || !buttons[index]) return;
    chosen = index;
    for (const [i, button] of buttons.entries()) {
      button.ariaSelected = String(i === index);
      button.tabIndex = i === index ? 0 : -1;
      panels[i]!.hidden = i !== index;
    }
    events.open(index);
  };
  const pick = (index: number) => {
    choose(index);
    events.remember(children[index]?.title);
  };
  for (const [i, button] of buttons.entries()) {
    button.setAttribute('aria-controls', panels[i]!.id);
    button.addEventListener('click', () => pick(i));
  }
  list.addEventListener('keydown', (event) => {
    const { length } = buttons;
    const to = { ArrowRight: chosen + 1, ArrowLeft: chosen - 1 + length, Home: 0, End: length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // the notebook would move its selection
    pick(to % length);
    buttons[to % length]!.focus();
  });
  const show = (state: unknown) =>
    choose(
      Math.max(
        0,
        children.findIndex(({ title }) => title === state),
      ),
    );
  return { element: h('div', { class: 'tabs' }, list, ...panels), show };
}

function accordion({ children }: LayoutData, parts: readonly HTMLElement[], events: Events): Arrangement {
  const folds = children.map(({ title = '' }, i) => h('details', {}, h('summary', {}, title), parts[i]!));
  const opened = () => children.filter((_, i) => folds[i]!.open).map(({ title }) => title);
  let shown = '[]';
  for (const [i, fold] of folds.entries()) {
    fold.addEventListener('toggle', () => {
      if (fold.open) events.open(i);
      const state = opened();
      if (JSON.stringify(state) === shown) return; // it was told to
      shown = JSON.stringify(state);
      events.remember(state);
    });
  }
  return {
    element: h('div', { class: 'accordion' }, ...folds),
    show(state) {
      const open = Array.isArray(state) ? state : [];
      shown = JSON.stringify(open);
      for (const [i, fold] of folds.entries()) fold.open = open.includes(children[i]!.title);
    },
  };
}
