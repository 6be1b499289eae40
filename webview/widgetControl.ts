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
  /** What takes the focus; help and complaints are read out with it. */
  readonly inputs: readonly HTMLElement[];
  /** Takes label, limits, choices and whether it can be used. */
  declare(data: WidgetData): void;
  show(value: unknown): void;
}

let ids = 0;

export function nextId(): string {
  ids += 1;
  return `memoir-widget-${ids}`;
}

/** A label above what it names. */
export function labelled(label: HTMLElement, ...below: readonly HTMLElement[]): HTMLElement {
  return h('div', { class: 'field' }, label, ...below);
}

/** Keys that mean something to a control do not reach the notebook, which would move its selection. */
export function keepKeys(element: HTMLElement, keys: RegExp): void {
  element.addEventListener('keydown', (event) => {
    if (keys.test(event.key) && !event.ctrlKey && !event.metaKey) event.stopPropagation();
  });
}

/** All keys of a field are typing; those of the clipboard are the editor's, and Escape leaves the field. */
export function keepTyping(element: HTMLElement): void {
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' && !event.ctrlKey && !event.metaKey) event.stopPropagation();
  });
}
