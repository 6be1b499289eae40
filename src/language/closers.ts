import jsTokens, { type Token } from 'js-tokens';
import ts from 'typescript';

const PAIRS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
/** What closes the expression inside a template literal, and the literal. */
const TEMPLATE = '}`';

/**
 * What ends everything that a text leaves open: brackets, a comment, a literal. Empty for a text that is complete, null
 * for one that is so broken that nothing keeps it apart from what follows.
 */
export function closersOf(text: string): string | null {
  const closers = bracketsOf(text);
  return [closers, `\`${closers}`, `${closers}\``, '`', '(;;)'].find((end) => isSealed(text, end)) ?? null;
}

/** Whether the parser reads what follows as a statement of its own: it recovers from mistakes in its own ways. */
function isSealed(text: string, end: string): boolean {
  const whole = `${text}\n${end};\n${PROBE}\nexport {};`; // a module, as in another file `await` is a name
  const { statements } = ts.createSourceFile('cell.ts', whole, ts.ScriptTarget.Latest);
  const last = statements.at(-2);
  return last !== undefined && ts.isVariableStatement(last) && last.end - last.getFullStart() <= PROBE.length + 1;
}

const PROBE = 'const memoirProbe = 1;';

function bracketsOf(text: string): string {
  const open: string[] = [];
  let cut = '';
  for (const token of jsTokens(text)) {
    if (token.type === 'TemplateHead') open.push(TEMPLATE);
    else if (token.type === 'TemplateTail') open.length = Math.max(0, open.lastIndexOf(TEMPLATE));
    else if (token.type === 'Punctuator') follow(token.value, open);
    cut = 'closed' in token && !token.closed ? endOf(token) : '';
  }
  return cut + open.reverse().join('');
}

/** A bracket that opens is noted; one that closes also ends what was left open inside it, but no template literal. */
function follow(value: string, open: string[]): void {
  const closer = PAIRS[value];
  if (closer) open.push(closer);
  else if (value === ')' || value === ']' || value === '}') {
    const at = open.lastIndexOf(value);
    if (at > open.lastIndexOf(TEMPLATE)) open.length = at;
  }
}

/** What ends a token that the end of the text cut off. */
function endOf(token: Token): string {
  if (token.type === 'MultiLineComment') return '*/';
  if (token.type === 'NoSubstitutionTemplate' || token.type === 'TemplateTail') return '`';
  if (token.type === 'StringLiteral' && token.value.endsWith('\\')) return token.value[0]!; // the line goes on below
  return '';
}
