import { type CellLayout, COLUMNS } from '../protocol/app.ts';

/** What a person may write about a cell's place in the app; a text names the place alone. */
export type CellLayoutSpec = CellLayout['place'] | Partial<CellLayout>;

const PLACES = ['main', 'sidebar', 'hidden'] as const;
const KEYS = ['place', 'width', 'order', 'tab'];

/** Fills the defaults in for the cell at `index` of the file; a wrong value is named in `problems`. */
export function completeLayout(
  value: unknown,
  index: number,
): { readonly layout: CellLayout; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const spec = specOf(value, problems);
  const say = (key: string, wanted: string) =>
    problems.push(`\`layout.${key}\` must be ${wanted}, but is ${JSON.stringify(spec[key])}.`);
  const { place, width, order, tab } = spec;
  const isPlace = PLACES.some((known) => known === place);
  const isWidth = Number.isInteger(width) && Number(width) >= 1 && Number(width) <= COLUMNS;
  const isOrder = typeof order === 'number' && Number.isFinite(order);
  const isTab = typeof tab === 'string' && tab.trim() !== '';
  if (place !== undefined && !isPlace) say('place', '"main", "sidebar" or "hidden"');
  if (width !== undefined && !isWidth) say('width', `a whole number from 1 to ${COLUMNS}`);
  if (order !== undefined && !isOrder) say('order', 'a number');
  if (tab !== undefined && tab !== null && !isTab) say('tab', 'a text that is not empty');
  const layout: CellLayout = {
    place: isPlace ? (place as CellLayout['place']) : 'main',
    width: isWidth ? (width as number) : COLUMNS,
    order: isOrder ? order : index + 1,
    tab: isTab ? tab.trim() : null,
  };
  return { layout, problems };
}

/** The shortest way to write a layout for the cell at `index`; undefined when there is nothing to say. */
export function layoutSpec({ place, width, order, tab }: CellLayout, index: number): CellLayoutSpec | undefined {
  const spec = {
    ...(place !== 'main' && { place }),
    ...(width !== COLUMNS && { width }),
    ...(order !== index + 1 && { order }),
    ...(tab !== null && { tab }),
  };
  const said = Object.keys(spec);
  if (!said.length) return undefined;
  return said.length === 1 && spec.place ? spec.place : spec;
}

function specOf(value: unknown, problems: string[]): Readonly<Record<string, unknown>> {
  if (value === undefined) return {};
  if (typeof value === 'string') return { place: value };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push(
      `\`layout\` must be "main", "sidebar", "hidden" or an object such as {"width": 6}, but is ${JSON.stringify(value)}.`,
    );
    return {};
  }
  for (const key of Object.keys(value).filter((key) => !KEYS.includes(key)))
    problems.push(`\`layout.${key}\` is not an option; \`layout\` knows "place", "width", "order" and "tab".`);
  return value as Readonly<Record<string, unknown>>; // an object that JSON made
}
