import { AsyncLocalStorage } from 'node:async_hooks';
import { UserError } from '../base/errors.ts';
import { keyDigest } from '../cache/key.ts';
import { ABSENT } from '../notebook/fileDigests.ts';
import { MIME, type Output, type WidgetData, type WidgetKind, type WidgetOptions } from '../protocol/output.ts';
import { acceptValue } from '../protocol/widgetRules.ts';
import { currentRun, type Run } from './run.ts';
import { show } from './show.ts';

/** What every widget may be told. */
export interface WidgetSettings<T> {
  /** The value before anyone moves it. */
  readonly value?: T;
  /** True shows the widget, but lets nobody move it. */
  readonly disabled?: boolean;
  /** A sentence below the widget. */
  readonly help?: string;
}

/** What a call of a widget's function says. */
export interface Declaration {
  readonly kind: WidgetKind;
  readonly label: string;
  readonly initial: unknown;
  readonly settings: WidgetSettings<unknown>;
  readonly options?: WidgetOptions;
  /** Turns what `--set` gives into a state where that is not the same: the path of a file. */
  readonly read?: (given: unknown) => unknown;
}

/**
 * Shows a widget, and gives the state it has: in a form as it was submitted, in a cell as it was moved or set, in plain
 * Node its initial one.
 */
export function widgetState(declared: Declaration): unknown {
  const widget = makeWidget(declared);
  show(drawn(widget));
  return widget.value;
}

/** A widget with its name and state, not yet shown. */
export function makeWidget(declared: Declaration): WidgetData {
  const { kind, label } = declared;
  const options = optionsOf(declared);
  const isEmpty = declared.initial === ''; // a required text begins empty
  const initial = isEmpty ? { value: '' } : acceptValue(kind, options, declared.initial);
  if ('problem' in initial) {
    throw new UserError(`${kind} "${label}": its \`value\` ${initial.problem}; got ${describe(declared.initial)}.`);
  }
  const widget = { kind, label, name: label, value: initial.value, initial: initial.value, options };
  const run = currentRun();
  if (!run) return widget;
  const form = forms.getStore();
  const name = form ? form.takeName(run.takeVariable() ?? label) : takeName(run);
  const value = form
    ? form.stateOf(name, declared, options, initial.value)
    : stateOf(run, name, declared, initial.value);
  return { ...widget, name, value };
}

/** The name and state of a widget that shows itself: a form. Its state is an object, or null before anyone moved it. */
export function namedState(run: Run): { readonly name: string; readonly state: unknown; readonly isSet: boolean } {
  const name = takeName(run);
  const { set, widgets } = run.request;
  run.read('widget', name, widgetDigest(run, name));
  const isSet = Object.hasOwn(set, name);
  return { name, isSet, state: isSet ? set[name] : Object.hasOwn(widgets, name) ? widgets[name] : null };
}

/** What the fields of a form hold, while the form's function declares them. */
export interface FormFields {
  takeName(wanted: string): string;
  stateOf(name: string, declared: Declaration, options: WidgetOptions, initial: unknown): unknown;
}

const forms = new AsyncLocalStorage<FormFields>();

/** Executes the function of a form: widgets in it are fields. */
export function withinForm<T>(fields: FormFields, action: () => T): T {
  return forms.run(fields, action);
}

/** A widget as an output, with its value as text beside it. */
export function drawn(data: WidgetData): Output {
  return {
    items: [
      { mime: MIME.widget, data },
      { mime: MIME.text, data: `${data.label}: ${describe(data.value)}` },
    ],
  };
}

/** A value as a message names it. */
export function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'base64' in value && 'name' in value) return String(value.name);
  const text =
    typeof value === 'object' ? JSON.stringify(value) : typeof value === 'string' ? JSON.stringify(value) : null;
  return text === null ? String(value) : text.length > 100 ? `${text.slice(0, 99)}…` : text;
}

function optionsOf({ settings, options }: Declaration): WidgetOptions {
  const { disabled, help } = settings;
  return { ...options, ...(disabled && { disabled }), ...(help && { help }) };
}

function stateOf(run: Run, name: string, declared: Declaration, initial: unknown): unknown {
  const { set, widgets } = run.request;
  const options = optionsOf(declared);
  run.read('widget', name, widgetDigest(run, name));
  if (Object.hasOwn(set, name)) {
    const given = acceptValue(declared.kind, options, declared.read ? declared.read(set[name]) : set[name]);
    if ('value' in given) return given.value;
    throw new UserError(`${name} ${given.problem}; got ${describe(set[name])}.`);
  }
  if (!Object.hasOwn(widgets, name)) return initial;
  const kept = acceptValue(declared.kind, options, widgets[name]);
  return 'value' in kept ? kept.value : initial; // the limits were edited since the reader moved it
}

/** The digest a widget's state has in traces: of what was set or moved, `absent` when it never was. */
function widgetDigest(run: Run, name: string): string {
  const { set, widgets } = run.request;
  const states = Object.hasOwn(set, name) ? set : widgets;
  return Object.hasOwn(states, name) ? keyDigest(states[name]) : ABSENT;
}

/** The option `name` of the cell, else the declared variable, else the cell's title and a number. */
function takeName(run: Run): string {
  const ordinal = ++run.widgetCount;
  const { widgetName, label } = run.request;
  const variable = run.takeVariable();
  if (ordinal === 1 && widgetName) return widgetName;
  return variable ?? (ordinal === 1 ? (widgetName ?? label) : `${widgetName ?? label} ${ordinal}`);
}
