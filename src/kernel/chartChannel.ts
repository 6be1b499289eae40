import type { ChartColumn, FieldType } from './chartData.ts';
import { escapeField } from './chartFields.ts';

/** A part of a specification. */
export type Json = { [key: string]: unknown };

const TYPES: Readonly<Record<string, string>> = {
  Q: 'quantitative',
  T: 'temporal',
  N: 'nominal',
  O: 'ordinal',
  G: 'geojson',
};
const AGGREGATES = new Set(
  'count valid missing distinct sum product mean average variance variancep stdev stdevp stderr median q1 q3 ci0 ci1 min max'.split(
    ' ',
  ),
);
const FACETS = new Set(['row', 'column', 'facet']);
/** Channels whose type follows from the main channel. */
const SECONDARY = /^(x2|y2|theta2|radius2|latitude2|longitude2|[xy]Error2?)$/;

/** What a channel shows, as Vega-Lite has it: names taken apart, and the type filled in that the data suggests. */
export function channelDef(channel: string, given: unknown, columns: readonly ChartColumn[]): unknown {
  if (Array.isArray(given)) return given.map((item) => channelDef(channel, item, columns));
  if (typeof given === 'number' || typeof given === 'boolean') return { value: given };
  if (typeof given === 'string') return withType(channel, parseShorthand(given, columns), columns);
  if (typeof given !== 'object' || given === null) return given;
  const { condition } = given as Json;
  const def: Json =
    condition === undefined ? { ...given } : { ...given, condition: channelDef(channel, condition, columns) };
  if (typeof def.field !== 'string') return 'aggregate' in def ? withType(channel, def, columns) : def;
  return withType(channel, { ...parseShorthand(def.field, columns), ...without(def, 'field') }, columns);
}

/** `'delay'`, `'mean(delay)'`, `'yearmonth(date)'`, `'count()'`, `'date:T'`; a column of just that name comes first. */
function parseShorthand(text: string, columns: readonly ChartColumn[]): Json {
  if (columns.some((column) => column.name === text)) return { field: escapeField(text) };
  const [, body = text, letter] = /^(.*):(Q|T|N|O|G|quantitative|temporal|nominal|ordinal|geojson)$/s.exec(text) ?? [];
  const type = letter ? { type: TYPES[letter] ?? letter } : {};
  const [, call, argument = ''] = /^([a-z0-9]+)\((.*)\)$/is.exec(body) ?? [];
  const field = (name: string) => (columns.some((column) => column.name === name) ? escapeField(name) : name);
  if (!call) return { field: field(body), ...type };
  const target = argument ? { field: field(argument) } : {};
  if (AGGREGATES.has(call)) return { aggregate: call, ...target, ...type };
  return call === 'bin' ? { bin: true, ...target, ...type } : { timeUnit: call, ...target, ...type };
}

function withType(channel: string, def: Json, columns: readonly ChartColumn[]): Json {
  const column = columns.find(({ name }) => name === String(def.field ?? '').replace(/\\(.)/g, '$1'));
  const typed = { ...def };
  if (!def.type && !SECONDARY.test(channel)) {
    const type = inferType(channel, def, column);
    if (type) typed.type = type;
  }
  if (typed.aggregate === 'count' && (channel === 'x' || channel === 'y')) typed.axis ??= { tickMinStep: 1 };
  return column?.wholeDays && typed.type === 'temporal' ? onWholeDays(channel, typed) : typed;
}

function inferType(channel: string, def: Json, column: ChartColumn | undefined): FieldType | 'ordinal' | null {
  if (def.aggregate)
    return (def.aggregate === 'min' || def.aggregate === 'max') && column ? column.type : 'quantitative';
  if (def.timeUnit) return FACETS.has(channel) || channel === 'shape' ? 'ordinal' : 'temporal';
  if (FACETS.has(channel) || channel === 'shape') return column?.type === 'nominal' ? 'nominal' : 'ordinal';
  if (def.bin) return 'quantitative';
  return column?.type ?? null;
}

/** Days without a time are read as UTC; drawn as UTC too, they do not slip to the day before west of Greenwich. */
function onWholeDays(channel: string, def: Json): Json {
  const unit =
    typeof def.timeUnit === 'string' && !def.timeUnit.startsWith('utc') ? { timeUnit: `utc${def.timeUnit}` } : {};
  const scaled = (channel === 'x' || channel === 'y') && def.scale === undefined && !def.timeUnit;
  return { ...def, ...unit, ...(scaled && { scale: { type: 'utc' } }) };
}

function without(def: Json, key: string): Json {
  const { [key]: _, ...rest } = def;
  return rest;
}
