import type { Spec } from 'vega';
import type { ChartMeta } from '../src/protocol/output.ts';

/** A Vega-Lite specification as Memoir sends it. */
export interface ChartSpec {
  readonly description?: string;
  readonly usermeta?: { readonly memoir?: ChartMeta };
}

/** The compiled Vega of a chart, its data put in and its theme signals set; null when it carries none. */
export function vegaOf(spec: ChartSpec, signals: Readonly<Record<string, string>>): Spec | null {
  const meta = spec.usermeta?.memoir;
  if (!meta) return null;
  const vega = meta.vega as Spec & { config?: { signals?: { name: string }[] } };
  return {
    ...vega,
    data: (vega.data ?? []).map((set) => {
      const path = meta.data[set.name];
      return path ? ({ ...set, values: valueAt(spec, path) } as typeof set) : set;
    }),
    config: {
      ...vega.config,
      signals: (vega.config?.signals ?? []).map((s) => (s.name in signals ? { ...s, value: signals[s.name] } : s)),
    } as NonNullable<Spec['config']>,
  };
}

/** Whether a chart takes its width from the page. */
export function isResponsive(vega: Spec): boolean {
  return (vega.signals ?? []).some(
    (s) => s.name === 'width' && 'init' in s && String(s.init).includes('containerSize'),
  );
}

function valueAt(root: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<string | number, unknown> | undefined)?.[key], root);
}
