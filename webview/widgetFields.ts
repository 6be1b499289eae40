import '@vscode-elements/elements/dist/vscode-textarea/index.js';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import type { VscodeTextarea } from '@vscode-elements/elements/dist/vscode-textarea/vscode-textarea.js';
import type { VscodeTextfield } from '@vscode-elements/elements/dist/vscode-textfield/vscode-textfield.js';
import { h } from './dom.ts';
import { type Control, type ControlEvents, keepTyping, labelled, nextId } from './widgetControl.ts';

const TYPING_PAUSE_MS = 400;

/** A line of text. */
export function text(events: ControlEvents): Control {
  const field = makeField('text');
  const label = labelOf(field);
  const typing = whenTyped(field, events, () => field.value);
  return {
    element: labelled(label, field),
    inputs: [field],
    declare({ label: words, options }) {
      label.textContent = field.label = words;
      Object.assign(field, { placeholder: options.placeholder ?? '', disabled: options.disabled === true });
      if (options.required) field.setAttribute('aria-required', 'true');
    },
    show: (value) => typing.show(String(value ?? '')),
  };
}

/** Text of several lines; Ctrl+Enter makes it count at once. */
export function textarea(events: ControlEvents): Control {
  const field = document.createElement('vscode-textarea') as VscodeTextarea;
  const label = labelOf(field);
  field.resize = 'vertical';
  const typing = whenTyped(field, events, () => field.value);
  return {
    element: labelled(label, field),
    inputs: [field],
    declare({ label: words, options: { placeholder = '', disabled, rows = 4 } }) {
      label.textContent = field.label = words;
      Object.assign(field, { placeholder, rows, disabled: disabled === true });
    },
    show: (value) => typing.show(String(value ?? '')),
  };
}

/** A number, typed or stepped with the arrow keys. */
export function number(events: ControlEvents): Control {
  const field = makeField('number');
  const label = labelOf(field);
  const typing = whenTyped(field, events, () => (field.value.trim() === '' ? field.value : Number(field.value)));
  return {
    element: labelled(label, field),
    inputs: [field],
    declare({ label: words, options: { min, max, step = 1, disabled } }) {
      label.textContent = field.label = words;
      if (min !== undefined) field.min = Number(min);
      if (max !== undefined) field.max = Number(max);
      field.step = step;
      field.disabled = disabled === true;
      field.classList.add('short');
    },
    show: (value) => typing.show(String(value)),
  };
}

/** A day, with the browser's calendar. */
export function date(events: ControlEvents): Control {
  const field = makeField('date');
  const label = labelOf(field);
  const typing = whenTyped(field, events, () => field.value || null);
  return {
    element: labelled(label, field),
    inputs: [field],
    declare({ label: words, options }) {
      label.textContent = field.label = words;
      limitDays(field, options);
    },
    show: (value) => typing.show(String(value ?? '')),
  };
}

/** Two days. */
export function dateRange(events: ControlEvents): Control {
  const fields = { min: makeField('date'), max: makeField('date') };
  const label = h('span', { id: nextId() });
  const value = () => {
    const [min, max] = [fields.min.value, fields.max.value];
    return min || max ? { min, max } : null;
  };
  const isHalf = () => !fields.min.value !== !fields.max.value; // waits for the other end
  const typing = Object.values(fields).map((field) => whenTyped(field, events, value, isHalf));
  const row = h(
    'div',
    { class: 'row', role: 'group', 'aria-labelledby': label.id },
    fields.min,
    h('span', {}, '–'),
    fields.max,
  );
  return {
    element: labelled(label, row),
    inputs: [fields.min, fields.max],
    declare({ label: words, options }) {
      label.textContent = words;
      fields.min.label = `${words}, from`;
      fields.max.label = `${words}, to`;
      for (const field of Object.values(fields)) limitDays(field, options);
    },
    show(state) {
      const { min = '', max = '' } = (state ?? {}) as { min?: string; max?: string };
      typing[0]!.show(min);
      typing[1]!.show(max);
    },
  };
}

/** A colour: the browser's picker, its code beside it. */
export function color(events: ControlEvents): Control {
  const id = nextId();
  const label = h('label', { for: id });
  const input = h('input', { type: 'color', id });
  const code = h('span', { class: 'value', 'aria-hidden': 'true' });
  input.addEventListener('input', () => {
    code.textContent = input.value;
    events.move(input.value);
  });
  input.addEventListener('change', () => events.commit(input.value));
  return {
    element: labelled(label, h('div', { class: 'row' }, input, code)),
    inputs: [input],
    declare({ label: words, options }) {
      label.textContent = words;
      input.disabled = options.disabled === true;
    },
    show(value) {
      input.value = String(value);
      code.textContent = input.value;
    },
  };
}

function makeField(type: 'text' | 'number' | 'date'): VscodeTextfield {
  const field = document.createElement('vscode-textfield') as VscodeTextfield;
  field.type = type;
  field.autocomplete = 'off' as never; // the library types it as one of its own
  return field;
}

/** The field reads its label out by itself; this one is to be seen and clicked. */
function labelOf(field: HTMLElement): HTMLElement {
  const label = h('span', { class: 'label', 'aria-hidden': 'true' });
  label.addEventListener('click', () => field.focus());
  return label;
}

function limitDays(
  field: VscodeTextfield,
  { min, max, disabled }: { min?: unknown; max?: unknown; disabled?: boolean },
) {
  field.disabled = disabled === true;
  field.classList.add('short');
  void field.updateComplete.then(() => Object.assign(field.wrappedElement, { min: min ?? '', max: max ?? '' })); // the element takes numbers only
}

/** Tells a value when typing pauses, with Enter, and when the field is left; what stands there stays as it was typed. */
function whenTyped(
  field: VscodeTextfield | VscodeTextarea,
  events: ControlEvents,
  value: () => unknown,
  isIncomplete = () => false,
): { show(text: string): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let committed = '';
  const commit = () => {
    clearTimeout(timer);
    if (field.value === committed || isIncomplete()) return;
    committed = field.value;
    events.commit(value());
  };
  field.addEventListener('input', () => {
    events.hold(true);
    clearTimeout(timer);
    timer = setTimeout(commit, TYPING_PAUSE_MS);
  });
  field.addEventListener('focusout', () => {
    commit();
    events.hold(false);
  });
  field.addEventListener('keydown', ((event: KeyboardEvent) => {
    if (event.key === 'Enter' && (field.localName !== 'vscode-textarea' || event.ctrlKey || event.metaKey)) commit();
  }) as EventListener);
  keepTyping(field);
  return {
    show(text) {
      committed = text;
      if (field.value !== text) field.value = text;
    },
  };
}
