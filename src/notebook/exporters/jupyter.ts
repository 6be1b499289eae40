import { UserError } from '../../base/errors.ts';

/** A notebook in Jupyter's format, as far as it is looked at. */
export interface JupyterNotebook {
  readonly nbformat: number;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly cells: readonly JupyterCell[];
}

export interface JupyterCell {
  readonly cell_type: string;
  readonly source: string | readonly string[];
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly outputs?: readonly JupyterOutput[];
}

export interface JupyterOutput {
  readonly output_type: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly text?: string | readonly string[];
  readonly evalue?: unknown;
}

/** A Jupyter notebook, taken apart. @throws UserError when it is none, or one older than version 4 */
export function readJupyter(text: string): JupyterNotebook {
  let notebook: Partial<JupyterNotebook>;
  try {
    notebook = record(JSON.parse(text));
  } catch {
    throw new UserError('This is no Jupyter notebook: it is not JSON.');
  }
  if (!Array.isArray(notebook.cells) || typeof notebook.nbformat !== 'number') {
    throw new UserError(
      'This is no Jupyter notebook of version 4. Open and save it in Jupyter to bring it up to date.',
    );
  }
  const cells = notebook.cells.filter((cell) => ['code', 'markdown', 'raw'].includes(record(cell).cell_type as string));
  return { nbformat: notebook.nbformat, metadata: record(notebook.metadata), cells };
}

/** A text that the format may also hold as a list of lines. */
export function joined(text: string | readonly string[] | undefined): string {
  return typeof text === 'string' ? text : (text ?? []).join('');
}

/** A value as an object with unknown properties; empty where it is none. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
