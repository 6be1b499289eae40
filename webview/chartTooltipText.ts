export interface TooltipLine {
  readonly name: string | null;
  readonly text: string;
}

/** The lines of a tooltip from what Vega gives for a mark: an object of names and values, or one value. */
export function formatTooltip(value: unknown): TooltipLine[] {
  if (value === null || value === undefined || value === '') return [];
  if (typeof value !== 'object' || Array.isArray(value)) return [{ name: null, text: textOf(value) }];
  return Object.entries(value).map(([name, part]) => ({ name, text: textOf(part) }));
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value).replace(
    /^([-−]?)(\d+\.\d{3,})$/,
    (_, sign: string, digits: string) => sign + shorten(Number(digits)),
  );
}

/** Three significant digits of a long fraction, its whole part kept. */
function shorten(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
