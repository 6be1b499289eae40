import type { Toast } from '../protocol/output.ts';
import { tellHost } from './display.ts';
import { currentRun } from './run.ts';

/**
 * Tells the reader something in passing: a remark that goes away by itself. A result that comes from the cache makes no
 * remarks.
 * @param options its `tone`: `'info'`, `'warning'` or `'error'`
 * @example
 * toast('The model is trained.')
 */
export function toast(text: string, options: { readonly tone?: Toast['tone'] } = {}): void {
  const { tone = 'info' } = options;
  if (currentRun()) tellHost({ type: 'toast', toast: { text, tone } });
  else console.log(text);
}
