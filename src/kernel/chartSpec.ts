import { UserError } from '../base/errors.ts';
import { channelDef, type Json } from './chartChannel.ts';
import type { ChartColumn } from './chartData.ts';
import { checkFields, suggestion } from './chartFields.ts';

/** A mark of Vega-Lite. */
export type Mark = (typeof MARKS)[number];

/** What a channel shows: a column (`'delay'`, `'mean(delay)'`, `'date:T'`), a constant number, or a Vega-Lite definition. */
export type Channel =
  | string
  | number
  | boolean
  | null
  | Readonly<Record<string, unknown>>
  | readonly (string | Readonly<Record<string, unknown>>)[];

/** A chart in short: a mark, a column for each channel, and what Vega-Lite has besides. */
export type ChartOptions = {
  readonly mark?: Mark | (Readonly<Record<string, unknown>> & { readonly type: Mark });
  readonly title?: string | readonly string[] | Readonly<Record<string, unknown>>;
  /** Pixels; `'container'` (the default) takes the page's width. */
  readonly width?: number | 'container' | { readonly step: number };
  readonly height?: number | 'container' | { readonly step: number };
} & { readonly [C in (typeof CHANNELS)[number]]?: Channel } & { readonly [K in (typeof VIEW_KEYS)[number]]?: unknown };

const MARKS = [
  'bar',
  'line',
  'area',
  'point',
  'circle',
  'square',
  'tick',
  'rect',
  'arc',
  'text',
  'rule',
  'trail',
  'image',
  'geoshape',
  'boxplot',
  'errorbar',
  'errorband',
] as const;
const CHANNELS = [
  'x',
  'y',
  'x2',
  'y2',
  'xOffset',
  'yOffset',
  'xError',
  'yError',
  'xError2',
  'yError2',
  'color',
  'fill',
  'stroke',
  'opacity',
  'fillOpacity',
  'strokeOpacity',
  'strokeWidth',
  'strokeDash',
  'size',
  'shape',
  'angle',
  'theta',
  'theta2',
  'radius',
  'radius2',
  'text',
  'tooltip',
  'href',
  'url',
  'description',
  'detail',
  'key',
  'order',
  'row',
  'column',
  'facet',
  'latitude',
  'longitude',
  'latitude2',
  'longitude2',
  'time',
] as const;
const VIEW_KEYS = [
  '$schema',
  'name',
  'transform',
  'params',
  'projection',
  'config',
  'background',
  'padding',
  'autosize',
  'view',
  'resolve',
  'bounds',
  'spacing',
  'align',
  'center',
  'columns',
  'usermeta',
  'datasets',
] as const;
const SPEC_KEYS = ['encoding', 'layer', 'hconcat', 'vconcat', 'concat', 'repeat', 'spec'];
const PLACED = ['mark', 'title', 'width', 'height', 'description', 'data'];

/** A Vega-Lite specification without its data, from the short form or a specification with types left out. */
export function chartSpec(options: object, columns: readonly ChartColumn[]): Json {
  const given = options as Json;
  const spec = SPEC_KEYS.some((key) => key in given) ? withTypes(given, columns) : shortForm(given, columns);
  const names = columns.map((column) => column.name);
  const isKnown = names.length > 0; // an empty array says nothing of its columns
  if (isKnown && !mentions(spec, ['transform', 'lookup'])) checkFields(spec, names);
  return { $schema: 'https://vega.github.io/schema/vega-lite/v6.json', ...spec };
}

function shortForm(options: Json, columns: readonly ChartColumn[]): Json {
  const encoding: Json = {};
  const view: Json = {};
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if ((CHANNELS as readonly string[]).includes(key) && key !== 'description')
      encoding[key] = channelDef(key, value, columns);
    else if ([...VIEW_KEYS, ...PLACED].includes(key)) view[key] = value;
    else
      throw new UserError(
        `A chart has no option \`${key}\`. ${suggestion(key, [...CHANNELS, ...VIEW_KEYS, ...PLACED], 'options')}`,
      );
  }
  if (Object.keys(encoding).length === 0) {
    throw new UserError(
      'The chart says nothing of what to draw. Give it columns, for example {mark: "bar", x: "flights", y: "origin"}.',
    );
  }
  return { ...view, ...size(view, encoding), mark: markDef(view.mark ?? guessMark(encoding)), encoding };
}

/** Vega-Lite as given, with the types of fields filled in. */
function withTypes(part: Json, columns: readonly ChartColumn[]): Json {
  const typed: Json = { ...part };
  if ('mark' in part) typed.mark = markDef(part.mark);
  if (isJson(part.encoding)) {
    typed.encoding = Object.fromEntries(
      Object.entries(part.encoding).map(([channel, def]) => [channel, channelDef(channel, def, columns)]),
    );
  }
  for (const key of ['layer', 'hconcat', 'vconcat', 'concat']) {
    const views = part[key];
    if (Array.isArray(views)) typed[key] = views.map((view) => (isJson(view) ? withTypes(view, columns) : view));
  }
  if (isJson(part.spec)) typed.spec = withTypes(part.spec, columns);
  return typed;
}

function markDef(mark: unknown): Json {
  const def: Json = isJson(mark) ? mark : { type: mark };
  const type = String(def.type);
  if (!(MARKS as readonly string[]).includes(type)) {
    throw new UserError(`There is no mark "${type}". ${suggestion(type, MARKS, 'marks')}`);
  }
  const reachable = type === 'line' || type === 'area' ? { point: 'transparent' } : {}; // a tooltip needs points to meet
  return { tooltip: true, ...reachable, ...def, type };
}

function guessMark(encoding: Json): Mark {
  const type = (channel: string) => (isJson(encoding[channel]) ? encoding[channel].type : undefined);
  if ('theta' in encoding) return 'arc';
  if (!('x' in encoding && 'y' in encoding)) return 'x' in encoding || 'y' in encoding ? 'tick' : 'point';
  if (type('x') === 'quantitative' && type('y') === 'quantitative') return isBinned(encoding.x) ? 'bar' : 'point';
  if (type('x') === 'temporal' && type('y') === 'quantitative') return 'line';
  return type('x') === 'quantitative' || type('y') === 'quantitative' ? 'bar' : 'rect';
}

function isBinned(def: unknown): boolean {
  return isJson(def) && Boolean(def.bin);
}

function size(view: Json, encoding: Json): Json {
  const faceted = ['row', 'column', 'facet'].some((channel) => channel in encoding);
  const { width = faceted ? 220 : 'container' } = view;
  const { height = isDiscrete(encoding.y) ? { step: 22 } : faceted ? 160 : 280 } = view;
  return { width, height };
}

function isDiscrete(def: unknown): boolean {
  return (
    isJson(def) &&
    (def.type === 'nominal' || def.type === 'ordinal' || Boolean(def.bin)) &&
    !def.aggregate &&
    'field' in def
  );
}

/** Whether any part of a specification has one of these keys. */
function mentions(part: unknown, keys: readonly string[]): boolean {
  if (Array.isArray(part)) return part.some((item) => mentions(item, keys));
  if (!isJson(part)) return false;
  return Object.entries(part).some(([key, value]) => keys.includes(key) || mentions(value, keys));
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
