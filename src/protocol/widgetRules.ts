import type { FileState, WidgetChoice, WidgetKind, WidgetOptions } from './output.ts';

/** A value as the widget holds it, or what is wrong with it, to follow the widget's name: `must be a number`. */
export type Accepted = { readonly value: unknown } | { readonly problem: string };

/**
 * What a widget makes of a value given to it: by the reader, by `--set`, or in a link. The page and the kernel share
 * this, so that both say the same. Texts are read as what the widget holds: `"12"` as a number, `"a,b"` as a list.
 */
export function acceptValue(kind: WidgetKind, options: WidgetOptions, given: unknown): Accepted {
  return RULES[kind](given, options);
}

type Rule = (given: unknown, options: WidgetOptions) => Accepted;

const RULES: Readonly<Record<WidgetKind, Rule>> = {
  slider: limitedNumber,
  number: limitedNumber,
  range: (given, options) => span(given, options, limitedNumber),
  text,
  textarea: text,
  color,
  select: choice,
  radio: choice,
  tabs: choice,
  multiselect,
  checkbox: flag,
  toggle: flag,
  button: count,
  refresh: count,
  date: (given, options) => (isNothing(given) && !options.required ? { value: null } : day(given, options)),
  dateRange: (given, options) => (isNothing(given) && !options.required ? { value: null } : span(given, options, day)),
  file,
  form: record,
  selection: record,
  module: record,
};

function limitedNumber(given: unknown, { min, max }: WidgetOptions): Accepted {
  const number = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
  const low = Number(min ?? Number.NEGATIVE_INFINITY);
  const high = Number(max ?? Number.POSITIVE_INFINITY);
  if (typeof number === 'number' && Number.isFinite(number) && number >= low && number <= high)
    return { value: number };
  return { problem: `must be a number${limits(min, max)}` };
}

function day(given: unknown, { min, max }: WidgetOptions): Accepted {
  const text = given instanceof Date && !Number.isNaN(given.getTime()) ? given.toISOString().slice(0, 10) : given;
  const isDay = typeof text === 'string' && /^\d{4}-\d\d-\d\d$/.test(text) && isInCalendar(text);
  if (isDay && !(min && text < String(min)) && !(max && text > String(max))) return { value: text };
  return { problem: `must be a day such as 2026-01-31${limits(min, max)}` };
}

/** Two ends, as `{min, max}`, as a pair, or as `10..20`; the wrong way round is put right. */
function span(given: unknown, options: WidgetOptions, rule: Rule): Accepted {
  const [low, high] = endsOf(given).map((end) => rule(end, options));
  if (!low || !high) return { problem: 'must be two ends such as 10..20' };
  if ('problem' in low) return low;
  if ('problem' in high) return high;
  const [min, max] = [low.value, high.value].sort((a, b) => (a! < b! ? -1 : 1));
  return { value: { min, max } };
}

function endsOf(given: unknown): unknown[] {
  if (Array.isArray(given)) return given.length === 2 ? given : [];
  if (typeof given === 'string')
    return given.split('..').length === 2 ? given.split('..').map((end) => end.trim()) : [];
  return isRecord(given) && 'min' in given && 'max' in given ? [given.min, given.max] : [];
}

function text(given: unknown, { required, maxLength, pattern, patternHelp }: WidgetOptions): Accepted {
  if (!['string', 'number', 'boolean', 'bigint'].includes(typeof given)) return { problem: 'must be a text' };
  const value = String(given);
  if (required && value.trim() === '') return { problem: 'must not be empty' };
  if (maxLength !== undefined && value.length > maxLength)
    return { problem: `must have at most ${maxLength} characters` };
  if (pattern && value !== '' && !new RegExp(`^(?:${pattern})$`, 'u').test(value))
    return { problem: patternHelp ?? `must look like ${pattern}` };
  return { value };
}

function color(given: unknown): Accepted {
  const long = typeof given === 'string' ? given.toLowerCase().replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3') : '';
  return /^#[\da-f]{6}$/.test(long) ? { value: long } : { problem: 'must be a colour such as #1a75cc' };
}

function choice(given: unknown, { options = [] }: WidgetOptions): Accepted {
  const chosen = chosenOf(given, options);
  return chosen ? { value: chosen.value } : { problem: `must be one of ${valuesText(options)}` };
}

function multiselect(given: unknown, { options = [], required }: WidgetOptions): Accepted {
  const parts =
    typeof given === 'string' && !chosenOf(given, options) ? given.split(',').filter(Boolean) : [given].flat();
  const chosen = parts.map((part) => chosenOf(typeof part === 'string' ? part.trim() : part, options));
  if (chosen.includes(undefined)) return { problem: `must be a list of ${valuesText(options)}` };
  if (required && !chosen.length) return { problem: 'must have at least one chosen' };
  return { value: options.filter((option) => chosen.includes(option)).map(({ value }) => value) };
}

function chosenOf(given: unknown, options: readonly WidgetChoice[]): WidgetChoice | undefined {
  return (
    options.find(({ value }) => value === given) ??
    options.find(({ value, label }) => String(value) === given || label === given)
  );
}

function flag(given: unknown): Accepted {
  if (typeof given === 'boolean') return { value: given };
  if (given === 'true' || given === 'false') return { value: given === 'true' };
  return { problem: 'must be true or false' };
}

function count(given: unknown): Accepted {
  const number = typeof given === 'string' ? Number(given) : given;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return { value: number };
  return { problem: 'must be a whole number, 0 or more' };
}

function file(given: unknown, { maxBytes }: WidgetOptions): Accepted {
  if (isNothing(given)) return { value: null };
  if (!isRecord(given) || typeof given.name !== 'string' || typeof given.base64 !== 'string')
    return { problem: 'must be a file' };
  const { name, base64 } = given;
  if (maxBytes !== undefined && base64.length * 0.75 > maxBytes + 2)
    return { problem: `must not be larger than ${maxBytes.toLocaleString('en-US')} bytes` };
  return { value: { name, base64 } satisfies FileState };
}

function record(given: unknown): Accepted {
  return isRecord(given) && !Array.isArray(given)
    ? { value: given }
    : { problem: 'must be an object, {"name": value, …}' };
}

function limits(min: unknown, max: unknown): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` of ${min} or more`;
  return max === undefined ? '' : ` up to ${max}`;
}

function valuesText(options: readonly WidgetChoice[]): string {
  const shown = options.slice(0, 10).map(({ value }) => JSON.stringify(value));
  return shown.join(', ') + (options.length > 10 ? `, … (${options.length} in all)` : '');
}

function isInCalendar(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

function isNothing(given: unknown): given is null | undefined | '' {
  return given === null || given === undefined || given === '';
}

function isRecord(given: unknown): given is Readonly<Record<string, unknown>> {
  return typeof given === 'object' && given !== null;
}
