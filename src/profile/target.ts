import { extname } from 'node:path';
import { parseSync } from 'oxc-parser';
import { UserError } from '../base/errors.ts';
import { type FunctionInfo, FunctionSurvey } from './functionSurvey.ts';

/**
 * All functions of a TypeScript or JavaScript text, in its order. A broken text gives those that can be read.
 * @param file its name; the ending tells the language
 */
export function listFunctions(source: string, file = 'source.ts'): FunctionInfo[] {
  const { program, comments } = parseSync(file, source, { lang: languageOf(file), astType: 'ts', range: true });
  const survey = new FunctionSurvey(source, comments);
  for (const statement of program.body) survey.statement(statement);
  return survey.found.sort((a, b) => a.start - b.start || b.end - a.end);
}

/** The innermost of `functions` around `offset`, or with it in what stands above or beside it, that can be called from outside; or null. */
export function callableAt(functions: readonly FunctionInfo[], offset: number): FunctionInfo | null {
  return functions
    .filter(({ access, reach: [from, to] }) => access && from <= offset && offset <= to)
    .reduce<FunctionInfo | null>((best, one) => (best && sizeOf(best) <= sizeOf(one) ? best : one), null);
}

/** Whether calling it takes more than nothing: parameters of its own, or those of the constructor that makes its `this`. */
export function takesArguments(functions: readonly FunctionInfo[], { parameters, access }: FunctionInfo): boolean {
  const maker = `${access?.instanceOf}.constructor`;
  return parameters > 0 || functions.some((one) => one.name === maker && one.parameters > 0);
}

/**
 * The function called `name`.
 * @throws UserError when there is none, or when it cannot be called from outside
 */
export function functionNamed(functions: readonly FunctionInfo[], name: string): FunctionInfo {
  const matching = functions.filter((one) => one.name === name);
  const found = matching.find(({ access }) => access) ?? matching[0];
  if (found?.access) return found;
  if (found) throw new UserError(`"${name}" cannot be profiled by itself: ${found.reason}.`);
  const names = functions.filter(({ access }) => access).map((one) => one.name);
  const known = names.length ? `It has ${names.slice(0, 20).join(', ')}.` : 'It has none that can be called.';
  throw new UserError(`There is no function "${name}" in this file. ${known}`);
}

/** The parser's name for what a file is written in. */
export function languageOf(file: string): 'ts' | 'tsx' | 'js' | 'jsx' {
  const ending = extname(file).toLowerCase();
  if (ending === '.tsx') return 'tsx';
  if (ending === '.jsx') return 'jsx';
  return /^\.[mc]?js$/.test(ending) ? 'jsx' : 'ts';
}

function sizeOf({ start, end }: FunctionInfo): number {
  return end - start;
}
