import { UserError } from '../base/errors.ts';
import { type CodeData, MIME } from '../protocol/output.ts';
import { Displayable } from './displayable.ts';
import { inspectTree } from './inspectValue.ts';

/**
 * A text in a programming language, its parts coloured.
 * @param options its `language` (`'typescript'`, `'json'`, `'sql'`, `'python'`, `'html'`, `'css'`, `'bash'`, …)
 * @example
 * code('SELECT count(*) FROM strikes', { language: 'sql' })
 */
export function code(text: string, options: { readonly language?: string } = {}): Displayable {
  return codeOf({ code: text, language: options.language ?? 'typescript' });
}

/**
 * A diagram from a Mermaid text: flow charts, sequences, states, Gantt charts and more.
 * @example
 * mermaid('graph LR; Load --> Clean --> Chart')
 */
export function mermaid(text: string): Displayable {
  return codeOf({ code: text, language: 'mermaid' });
}

/**
 * A value as JSON to unfold, whole: no entry is left out up to some ten thousand.
 * @throws UserError when the value cannot be written as JSON
 * @example
 * json(await response.json())
 */
export function json(value: unknown): Displayable {
  const text = jsonText(value);
  const items = [
    { mime: MIME.value, data: inspectTree(JSON.parse(text)) },
    { mime: MIME.text, data: text },
  ];
  return new Displayable(text, () => ({ items }));
}

function codeOf(data: CodeData): Displayable {
  const items = [
    { mime: MIME.code, data },
    { mime: MIME.text, data: data.code },
  ];
  return new Displayable(data.code, () => ({ items }));
}

function jsonText(value: unknown): string {
  try {
    const text = JSON.stringify(value, null, 2);
    if (text !== undefined) return text;
  } catch (error) {
    throw new UserError(`This value cannot be written as JSON: ${(error as Error).message}`);
  }
  throw new UserError(`This value cannot be written as JSON: it is ${typeof value}.`);
}
