import type { Mark, Spec } from 'vega';

/** What only SVG carries: a canvas is described as a whole. */
const OF_SVG = new Set(['description', 'ariaRoleDescription']);

/**
 * The same chart with nothing worked out for each of its marks that a canvas does not show: no descriptions, and the
 * tooltip's text not before the pointer is on the mark. It is most of the work where marks are many.
 */
export function lightMarks(spec: Spec): Spec {
  return spec.marks ? { ...spec, marks: spec.marks.map(lightMark) } : spec;
}

function lightMark(mark: Mark): Mark {
  const { update = {}, ...others } = mark.encode ?? {};
  const shown = Object.fromEntries(Object.entries(update).filter(([channel]) => !OF_SVG.has(channel)));
  const { tooltip } = shown;
  const encode = tooltip
    ? { ...others, update: { ...shown, tooltip: { value: '…' } }, hover: { tooltip } }
    : { ...others, update: shown };
  const light = { ...mark, encode } as Mark;
  return light.type === 'group' ? (lightMarks(light as Spec) as Mark) : light;
}
