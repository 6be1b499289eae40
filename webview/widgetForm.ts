import { DisposableStore } from '../src/base/disposable.ts';
import type { Output, WidgetData } from '../src/protocol/output.ts';
import { h } from './dom.ts';
import type { OutputScope, OutputView, StateScope, StateView, ViewItem } from './outputView.ts';
import widgetCss from './widget.css';
import formCss from './widgetForm.css';
import { makeButton } from './widgetSwitches.ts';

/** Widgets that count together: what they say is gathered, and posted when the form is submitted. */
export class FormWidget implements OutputView, StateView {
  readonly css = `${widgetCss}\n${formCss}`;
  readonly element: HTMLElement;
  readonly #page: OutputScope;
  readonly #store = new DisposableStore();
  readonly #legend = h('legend');
  readonly #places = h('div', { class: 'fields' });
  readonly #submit = makeButton();
  readonly #note = h('span', { class: 'dim', 'aria-live': 'polite' });
  readonly #fields = new Map<string, StateView>();
  readonly #help = h('p', { class: 'help' });
  readonly #drawing: Promise<void>[] = [];
  #data: WidgetData;
  /** What the fields say now, and what was submitted. */
  #draft: Record<string, unknown>;
  #submitted: Record<string, unknown>;

  constructor(data: WidgetData, page: OutputScope) {
    this.#data = data;
    this.#page = page;
    this.#submitted = (page.stateOf(data.name) ?? data.value) as Record<string, unknown>; // a form's state is one
    this.#draft = { ...this.#submitted };
    const fields = h(
      'fieldset',
      {},
      this.#legend,
      this.#places,
      this.#help,
      h('div', { class: 'submit' }, this.#submit, this.#note),
    );
    this.element = h('div', { class: 'widget form' }, fields);
    this.#submit.addEventListener('click', () => this.#post());
    this.element.addEventListener('keydown', this.#submitByKey, { capture: true }); // fields keep their keys
    this.#declare();
    for (const child of data.options.children ?? []) this.#add(child);
    this.#store.add(page.watch(this));
  }

  get name(): string {
    return this.#data.name;
  }

  update(item: ViewItem): boolean {
    const data = item.json() as WidgetData;
    const isSame = data.kind === 'form' && data.name === this.#data.name;
    if (!isSame || shapeOf(data) !== shapeOf(this.#data)) return false;
    this.#data = data;
    this.#declare();
    this.receive(data.value);
    return true;
  }

  /** The page measures an output once it is drawn. */
  async attached(): Promise<void> {
    await Promise.all(this.#drawing);
  }

  /** Somebody submitted it; a draft of this reader's stays. */
  receive(state: unknown): void {
    if (JSON.stringify(state) === JSON.stringify(this.#submitted)) return;
    this.#submitted = state as Record<string, unknown>;
    this.#draft = { ...this.#submitted };
    for (const [name, field] of this.#fields) if (name in this.#draft) field.receive(this.#draft[name]);
    this.#note.textContent = '';
  }

  busy(busy: boolean): void {
    this.element.ariaBusy = String(busy);
  }

  dispose(): void {
    this.#store.dispose();
    for (const place of this.#places.children) this.#page.clear(place as HTMLElement);
    this.element.remove();
  }

  #declare(): void {
    const { label, options } = this.#data;
    this.#legend.textContent = label;
    this.#submit.textContent = options.action ?? 'Submit';
    this.#submit.disabled = options.disabled === true;
    this.#help.textContent = options.help ?? '';
  }

  #add(child: Output): void {
    const place = h('div');
    this.#places.append(place);
    this.#drawing.push(this.#page.draw(place, child, this.#scope));
  }

  #post(): void {
    if (this.#submit.disabled) return;
    this.#submitted = { ...this.#draft };
    this.#note.textContent = '';
    this.#page.move(this, this.#submitted);
  }

  /** Enter in a line of text submits, and Ctrl+Enter anywhere, after the field has told its value. */
  readonly #submitByKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter') return;
    const inLine = event.composedPath().some((at) => at instanceof Element && at.localName === 'vscode-textfield');
    if (inLine || event.ctrlKey || event.metaKey) setTimeout(() => this.#post());
  };

  /** What the fields see of the page: their moves stay within the form. */
  readonly #scope: StateScope = {
    stateOf: (name) => this.#draft[name],
    watch: (view) => {
      this.#fields.set(view.name, view);
      return { dispose: () => this.#fields.delete(view.name) };
    },
    move: (field, state) => {
      this.#draft[field.name] = state;
      field.receive(state); // nobody else answers
      const isOther = JSON.stringify(this.#draft) !== JSON.stringify(this.#submitted);
      this.#note.textContent = isOther ? 'Not submitted yet' : '';
    },
  };
}

/** Which fields a form has, and how they are declared, whatever their values. */
function shapeOf({ options }: WidgetData): string {
  return JSON.stringify(options.children, (key, value) => (key === 'value' ? undefined : value));
}
