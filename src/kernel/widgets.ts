import { UserError } from '../base/errors.ts';
import { keyDigest } from '../cache/key.ts';
import { ABSENT } from '../notebook/fileDigests.ts';
import { MIME, type WidgetData } from '../protocol/output.ts';
import { currentRun, type Run } from './run.ts';

/** What every widget may be told. */
export interface WidgetOptions<T> {
  /** The value before anyone moves it. */
  readonly value?: T;
}

/**
 * A slider: gives the chosen number and re-runs its cell when it is moved.
 * @param label what stands beside it
 * @throws UserError when the limits make no sense, or `--set` gives a number outside of them
 */
export function slider(
  label: string,
  options: WidgetOptions<number> & { readonly min?: number; readonly max?: number; readonly step?: number } = {},
): number {
  const { min = 0, max = 100, step = 1 } = options;
  if (!(min < max)) throw new UserError(`slider "${label}": \`min\` (${min}) must be below \`max\` (${max}).`);
  if (!(step > 0)) throw new UserError(`slider "${label}": \`step\` must be above 0; got ${step}.`);
  return widget({
    kind: 'slider',
    label,
    initial: options.value ?? min,
    options: { min, max, step },
    accept(given) {
      const number = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
      if (typeof number === 'number' && number >= min && number <= max) return { value: number };
      return { problem: `must be a number from ${min} to ${max}` };
    },
  });
}

/** One choice of a `select`: the value itself, or a label for it. */
export type Choice<T> = T | { readonly label: string; readonly value: T };

/**
 * A drop-down list: gives the chosen value.
 * @throws UserError when there is nothing to choose, or `--set` gives a value that is not among the choices
 */
export function select<T extends string | number | boolean>(
  label: string,
  choices: readonly Choice<T>[],
  options: WidgetOptions<T> = {},
): T {
  const list = choices.map((c) => (typeof c === 'object' ? c : { label: String(c), value: c }));
  const first = list[0];
  if (!first) throw new UserError(`select "${label}" has no choices. Give it a list with at least one.`);
  return widget({
    kind: 'select',
    label,
    initial: options.value ?? first.value,
    options: { options: list },
    accept(given) {
      const chosen = list.find(({ value }) => value === given || String(value) === given);
      if (chosen) return { value: chosen.value };
      return { problem: `must be one of ${list.map(({ value }) => JSON.stringify(value)).join(', ')}` };
    },
  });
}

/** A line of text. */
export function text(label: string, options: WidgetOptions<string> & { readonly placeholder?: string } = {}): string {
  return widget({
    kind: 'text',
    label,
    initial: options.value ?? '',
    options: { placeholder: options.placeholder ?? '' },
    accept: (given) => ({ value: String(given) }),
  });
}

/** A box to tick. */
export function checkbox(label: string, options: WidgetOptions<boolean> = {}): boolean {
  return widget({
    kind: 'checkbox',
    label,
    initial: options.value ?? false,
    options: {},
    accept(given) {
      if (typeof given === 'boolean') return { value: given };
      if (given === 'true' || given === 'false') return { value: given === 'true' };
      return { problem: 'must be true or false' };
    },
  });
}

interface Declaration<T> {
  readonly kind: WidgetData['kind'];
  readonly label: string;
  readonly initial: T;
  readonly options: Readonly<Record<string, unknown>>;
  readonly accept: (given: unknown) => { readonly value: T } | { readonly problem: string };
}

/** The current value of a widget; outside a notebook its initial value. */
function widget<T>(declared: Declaration<T>): T {
  const initial = declared.accept(declared.initial);
  if ('problem' in initial) {
    throw new UserError(
      `${declared.kind} "${declared.label}": its \`value\` ${initial.problem}; got ${describe(declared.initial)}.`,
    );
  }
  const run = currentRun();
  if (!run) return initial.value;
  const name = takeName(run);
  const value = currentValue(run, name, declared, initial.value);
  run.read('widget', name, widgetDigest(run, name));
  const { kind, label, options } = declared;
  run.output(drawn({ kind, name, label, value, initial: initial.value, options }));
  return value;
}

function currentValue<T>(run: Run, name: string, declared: Declaration<T>, initial: T): T {
  const { set, widgets } = run.request;
  if (Object.hasOwn(set, name)) {
    const given = declared.accept(set[name]);
    if ('value' in given) return given.value;
    throw new UserError(`${name} ${given.problem}; got ${describe(set[name])}.`);
  }
  if (!Object.hasOwn(widgets, name)) return initial;
  const kept = declared.accept(widgets[name]);
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
  const name = run.nextWidget ?? (ordinal === 1 ? (widgetName ?? label) : `${widgetName ?? label} ${ordinal}`);
  run.nextWidget = null;
  return ordinal === 1 && widgetName ? widgetName : name;
}

function drawn(data: WidgetData) {
  return {
    items: [
      { mime: MIME.widget, data },
      { mime: MIME.text, data: `${data.label}: ${describe(data.value)}` },
    ],
  };
}

function describe(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
