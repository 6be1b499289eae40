import { DisposableStore } from '../src/base/disposable.ts';
import type { WidgetData } from '../src/protocol/output.ts';
import { acceptValue } from '../src/protocol/widgetRules.ts';
import { h } from './dom.ts';
import type { OutputScope, OutputView, StateView, ViewItem } from './outputView.ts';
import widgetCss from './widget.css';
import type { Control } from './widgetControl.ts';
import { type ControlKind, controlsCss, makeControl } from './widgetControls.ts';
import { WidgetSync } from './widgetSync.ts';

/** A widget on the page; drawing it again keeps the control, its focus, and a drag that is under way. */
export class Widget implements OutputView, StateView {
  readonly css = `${widgetCss}\n${controlsCss}`;
  readonly element: HTMLElement;
  readonly #help = h('p', { class: 'help' });
  readonly #problem = h('p', { class: 'complaint', 'aria-live': 'polite' });
  readonly #store = new DisposableStore();
  readonly #sync: WidgetSync;
  readonly #control: Control;
  #data: WidgetData;

  constructor(data: WidgetData, page: OutputScope) {
    this.#data = data;
    this.#sync = new WidgetSync({
      post: (value) => page.move(this, value),
      show: (value) => this.#show(value),
      nextFrame: (action) => requestAnimationFrame(action),
      after: (ms, action) => setTimeout(action, ms),
    });
    this.#control = this.#makeControl(data);
    this.element = h('div', { class: `widget ${data.kind}` }, this.#control.element, this.#help, this.#problem);
    this.#declare(data);
    this.#show(page.stateOf(data.name) ?? data.value);
    this.#store.add(page.watch(this));
  }

  /** Elements of the library draw themselves a moment later. */
  async attached(): Promise<void> {
    await Promise.all(this.#control.inputs.map(whenReady));
  }

  get name(): string {
    return this.#data.name;
  }

  /** Takes the widget as it is now declared, and its value unless the reader is moving it. */
  update(item: ViewItem): boolean {
    const data = item.json() as WidgetData;
    if (data.kind !== this.#data.kind || data.name !== this.#data.name) return false;
    this.#data = data;
    this.#declare(data);
    this.#sync.receive(data.value);
    return true;
  }

  receive(value: unknown): void {
    const accepted = acceptValue(this.#data.kind, this.#data.options, value);
    if ('value' in accepted) this.#sync.receive(accepted.value);
  }

  busy(busy: boolean): void {
    this.element.ariaBusy = String(busy);
  }

  dispose(): void {
    this.#sync.flush();
    this.#store.dispose();
    this.element.remove();
  }

  #makeControl({ kind }: WidgetData): Control {
    return makeControl(kind as ControlKind, {
      move: (value) => this.#take(value),
      commit: (value) => {
        this.#take(value);
        this.#sync.flush();
      },
      hold: (held) => this.#sync.hold(held),
    });
  }

  /** What the reader gave, if the widget takes it; a complaint otherwise. */
  #take(value: unknown): void {
    const accepted = acceptValue(this.#data.kind, this.#data.options, value);
    this.#complain('problem' in accepted ? `This ${accepted.problem}.` : '');
    if ('value' in accepted) this.#sync.move(accepted.value);
  }

  #show(value: unknown): void {
    this.#complain('');
    this.#control.show(value);
  }

  #declare(data: WidgetData): void {
    this.#control.declare(data);
    this.#help.textContent = data.options.help ?? '';
    this.#describe();
  }

  #complain(problem: string): void {
    if (this.#problem.textContent === problem) return;
    this.#problem.textContent = problem;
    this.#describe();
  }

  /** Help and complaint are read out with whatever has the focus; elements of the library pass it on to their input. */
  #describe(): void {
    const text = [this.#problem.textContent, this.#help.textContent].filter(Boolean).join(' ');
    const invalid = String(this.#problem.textContent !== '');
    for (const input of this.#control.inputs) {
      input.toggleAttribute('invalid', invalid === 'true');
      void whenReady(input).then((inner) =>
        Object.assign(inner, { ariaDescription: text || null, ariaInvalid: invalid }),
      );
    }
  }
}

interface LibraryField extends HTMLElement {
  readonly updateComplete: Promise<unknown>;
  readonly wrappedElement?: HTMLElement;
}

async function whenReady(input: HTMLElement): Promise<HTMLElement> {
  if (!('updateComplete' in input)) return input;
  const field = input as LibraryField; // only its elements have that
  await field.updateComplete;
  return field.wrappedElement ?? field;
}
