import { existsSync, statSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nearestName } from '../data/nearestName.ts';
import type { CellId } from '../protocol/kernel.ts';
import { OPTION_NAMES } from './cell.ts';
import { installCommand } from './installCommand.ts';
import { packageOf } from './packageDigests.ts';
import { aliasTargets } from './pathAliases.ts';
import { positionAt } from './position.ts';
import type { Program } from './program.ts';

/** Something wrong with a cell, found without running it. Line and column count from 1. */
export interface Problem {
  readonly id: CellId;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** Names that exist in every cell. */
const KNOWN = new Set([
  ...Object.getOwnPropertyNames(globalThis),
  'signal',
  'invalidation',
  'require',
  'module',
  'exports',
  'arguments',
]);

const ENDINGS = ['', '.ts', '.mts', '.js', '.mjs', '.cjs', '.json', '/index.ts', '/index.js'];

/** Everything wrong with a program, in page order: graph, options, names that nothing declares, modules that are not there. */
export function checkProgram(program: Program, notebook: string): Problem[] {
  return [...program.cells.keys()].flatMap((id) => [
    ...mistakes(program, id),
    ...unknownOptions(program, id),
    ...unknownNames(program, id),
    ...missingModules(program, id, notebook),
  ]);
}

function mistakes(program: Program, id: CellId): Problem[] {
  const { source, problems } = program.cells.get(id)!;
  const inGraph = program.graph
    .cell(id)
    .errors.map(({ message, start }) => at(source, start, { id, severity: 'error', message }));
  return [...inGraph, ...problems.map((message) => at(source, 0, { id, severity: 'error', message }))];
}

/** Options of which Memoir does not know one belong to the title: hardly ever what was meant. */
function unknownOptions(program: Program, id: CellId): Problem[] {
  const { source, title } = program.cells.get(id)!;
  const written = /\{\s*".*\}$/.exec(title)?.[0];
  const options = written === undefined ? null : parsed(written);
  if (typeof options !== 'object' || options === null) return [];
  const names: readonly string[] = OPTION_NAMES;
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown === undefined) return [];
  const nearest = nearestName(unknown, names);
  const message = `${written} is part of the title, as there is no option "${unknown}".${nearest ? ` Did you mean "${nearest}"?` : ''}`;
  return [at(source, 0, { id, severity: 'warning', message })];
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null; // a title that ends with a brace
  }
}

function unknownNames(program: Program, id: CellId): Problem[] {
  const { source, kind } = program.cells.get(id)!;
  const { inputs, uses } = program.graph.cell(id);
  const linked = new Set([
    ...inputs.map(({ name }) => name),
    ...uses.map(({ local }) => local),
    ...(kind === 'sql' ? ['sql'] : []),
  ]);
  return program
    .analysis(id)
    .references.filter(({ name }) => !linked.has(name) && !KNOWN.has(name))
    .map(({ name, start }) =>
      at(source, start, {
        id,
        severity: 'warning',
        message: `\`${name}\` is not declared in any cell. Declare or import it.`,
      }),
    );
}

function missingModules(program: Program, id: CellId, notebook: string): Problem[] {
  const { source } = program.cells.get(id)!;
  return program
    .analysis(id)
    .imports.filter(({ specifier }) => !moduleExists(specifier, notebook))
    .map(({ specifier, start, end }) => {
      const named = source.slice(start, end).search(/['"]/);
      const install = /^[./#]/.test(specifier) ? null : installCommand(specifier, dirname(notebook));
      const remedy = install ? `Install it with \`${install}\`.` : 'Check the path.';
      return at(source, start + Math.max(0, named), {
        id,
        severity: 'error',
        message: `There is no module "${specifier}". ${remedy}`,
      });
    });
}

function moduleExists(specifier: string, notebook: string): boolean {
  if (specifier === 'memoir' || specifier.startsWith('node:') || builtinModules.includes(specifier)) return true;
  const folder = dirname(notebook);
  if (specifier.startsWith('file:')) return existsSync(fileURLToPath(specifier));
  if (/^(\.{0,2}\/|\.{1,2}$)/.test(specifier)) return fileExists(resolve(folder, specifier));
  if (aliasTargets(specifier, folder).some(fileExists)) return true;
  if (specifier.startsWith('#')) return resolves(specifier, notebook);
  const name = packageOf(specifier);
  return (createRequire(notebook).resolve.paths(name) ?? []).some((folder) => existsSync(join(folder, name)));
}

function fileExists(base: string): boolean {
  const candidates = [...ENDINGS.map((ending) => base + ending), base.replace(/\.(m|c)?js$/, '.$1ts')];
  return candidates.some((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

function resolves(specifier: string, notebook: string): boolean {
  try {
    return existsSync(createRequire(notebook).resolve(specifier));
  } catch {
    return false;
  }
}

function at(source: string, offset: number, problem: Omit<Problem, 'line' | 'column'>): Problem {
  return { ...problem, ...positionAt(source, offset) };
}
