import type { OxcError } from 'oxc-parser';

/** What is wrong with a cell's text, and where. Lines and columns count from 1, offsets are UTF-16. */
export interface SyntaxProblem {
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

/** The parser's errors in plain sentences, in the order of the text. */
export function explainErrors(source: string, errors: readonly OxcError[]): SyntaxProblem[] {
  return errors
    .filter(({ severity }) => severity === 'Error')
    .map((error) => explain(source, error))
    .sort((a, b) => a.start - b.start);
}

/** A problem at a place in the text. */
export function problemAt(source: string, message: string, start: number, end: number): SyntaxProblem {
  const before = source.slice(0, start);
  const lineStart = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
  return { message, start, end, line: lineOf(source, start), column: start - lineStart + 1 };
}

/** The line, from 1, that holds an offset; `\r\n` ends one line. */
function lineOf(source: string, offset: number): number {
  return source.slice(0, offset).split(/\r\n|[\n\r]/).length;
}

function explain(source: string, error: OxcError): SyntaxProblem {
  const redeclared = /^Identifier `(.+)` has already been declared$/.exec(error.message);
  const label = (redeclared ? error.labels[1] : error.labels[0]) ?? { start: 0, end: 0 };
  const message = redeclared ? `\`${redeclared[1]}\` is declared twice in this cell.` : sentence(source, error);
  return problemAt(source, message, label.start, label.end);
}

function sentence(source: string, { message, labels, helpMessage }: OxcError): string {
  const found = labels[0] ? source.slice(labels[0].start, labels[0].end) : '';
  const expected = /^Expected (`.+`) but found (`.+`)$/.exec(message);
  if (expected) return expectation(source, expected[1]!, expected[2]!, labels[1]?.start);
  if (message === 'Unexpected token')
    return found ? `\`${firstLine(found)}\` is not expected here.` : 'The cell ends too early.';
  if (/^Unterminated string/.test(message))
    return `This ${found.startsWith('`') ? 'template' : 'string'} is not closed.`;
  const unterminated = /^Unterminated (?:multiline )?(.+)$/.exec(message);
  if (unterminated) return `This ${unterminated[1]} is not closed.`;
  return helpMessage ? `${stop(message)} ${stop(capital(helpMessage))}` : stop(message);
}

function expectation(source: string, expected: string, found: string, opened: number | undefined): string {
  const closes = opened === undefined ? '' : ` to close the \`${source[opened]}\` of line ${lineOf(source, opened)}`;
  if (found === '`EOF`') return `The cell ends before a ${expected}${closes}.`;
  return `A ${expected}${closes} is expected here, not ${found}.`;
}

function firstLine(text: string): string {
  const line = text.split(/[\r\n]/, 1)[0]!;
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function stop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
