import { codeOf, messageOf, UserError } from '../base/errors.ts';

/**
 * What a failed import of a cell means to its reader: a sentence with the remedy where the module itself is not there,
 * the error as it is where something inside of it failed.
 */
export function explainImport(error: unknown, specifier: string, notebook: string): unknown {
  if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND' || !messageOf(error).includes(`imported from ${notebook}`)) return error;
  if (/^(\.{0,2}\/|file:)/.test(specifier)) {
    return new UserError(`There is no module "${specifier}" beside the notebook. Check the path.`);
  }
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  return new UserError(
    `The package "${name}" is not installed where the notebook looks for it. Run \`npm install ${name}\`.`,
  );
}
