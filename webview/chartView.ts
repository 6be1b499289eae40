// The only module that imports Vega: it is loaded when the first chart is drawn.
import { type Item, parse, type Spec, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { closedLoader } from './chartLoader.ts';
import { lightMarks } from './chartMarks.ts';
import type { ChartTheme } from './chartTheme.ts';
import { vegaConfig } from './chartTheme.ts';

export interface ViewOptions {
  readonly container: HTMLElement;
  readonly theme: ChartTheme;
  readonly description: string;
  readonly showTooltip: (value: unknown, event: MouseEvent) => void;
}

type Shown = Item & { readonly tooltip?: unknown };

/** Draws compiled Vega on a canvas, its expressions interpreted rather than evaluated as code. */
export async function drawVega(spec: Spec, options: ViewOptions): Promise<View> {
  const runtime = parse(lightMarks(spec), vegaConfig(options.theme), { ast: true });
  let pointed: Shown | null = null;
  const view = new View(runtime, {
    expr: expressionInterpreter,
    loader: closedLoader,
    renderer: 'canvas',
    container: options.container,
    hover: true,
    logLevel: 1,
    tooltip: async (_handler: unknown, event: MouseEvent, item: Shown, value: unknown) => {
      pointed = value === null ? null : item;
      await view.runAsync(); // the text is worked out with what else hovering changes
      options.showTooltip(pointed?.tooltip, event);
    },
  });
  view.description(options.description);
  try {
    return await view.runAsync();
  } catch (error) {
    view.finalize();
    throw error;
  }
}
