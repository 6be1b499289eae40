import { dirname } from 'node:path';
import { codeOf, messageOf, UserError } from '../base/errors.ts';
import { installCommand } from '../notebook/installCommand.ts';
import { packageOf } from '../notebook/packageDigests.ts';

/**
 * What a failed import of a cell means to its reader: a sentence with the remedy where the module itself is not there,
 * the error as it is where something inside of it failed.
 */
export function explainImport(error: unknown, specifier: string, notebook: string): unknown {
  if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND' || !messageOf(error).includes(`imported from ${notebook}`)) return error;
  if (/^(\.{0,2}\/|file:)/.test(specifier)) {
    return new UserError(`There is no module "${specifier}" beside the notebook. Check the path.`);
  }
  const install = installCommand(specifier, dirname(notebook));
  const remedy = install ? `Run \`${install}\`.` : 'Check its name.';
  return new UserError(
    `The package "${packageOf(specifier)}" is not installed where the notebook looks for it. ${remedy}`,
  );
}
