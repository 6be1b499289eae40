import { parseSync } from 'oxc-parser';
import { UserError } from '../base/errors.ts';

/**
 * Checks arguments as a person types them: JSON or a TypeScript expression, for a list (`[1, new Map()]`) or for
 * `{this: …, args: […]}`. What it evaluates to is checked when it has been evaluated.
 * @throws UserError with the parser's reason
 */
export function checkArguments(text: string): void {
  const { program, errors } = parseSync('arguments.ts', `async () => (${text}\n)`, { lang: 'ts' });
  if (errors[0]) throw new UserError(`The arguments cannot be read: ${errors[0].message}. ${EXPECTED}`);
  const [statement, ...more] = program.body;
  const isOne = statement?.type === 'ExpressionStatement' && statement.expression.type === 'ArrowFunctionExpression';
  if (!isOne || more.length) throw new UserError(`The arguments are more than one expression. ${EXPECTED}`);
}

const EXPECTED = 'Give a list such as [1, "two", new Map()].';
