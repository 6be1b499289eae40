import type { FunctionAccess } from './functionPlaces.ts';
import { HARNESS_LOOPS } from './harness.ts';

/**
 * The arguments: an expression, the module that exports them as `args`, a file that holds them as a structured clone, or
 * one with captured calls.
 */
export type ArgumentSource =
  | { readonly expression: string }
  | { readonly captured: string }
  | { readonly fixture: string }
  | { readonly serialized: string };

/** What is called, and with what. */
export interface EntryRequest {
  /** Absolute path of the target's file. */
  readonly file: string;
  /** Null has the file itself run when it is called. */
  readonly access: FunctionAccess | null;
  readonly args: ArgumentSource;
}

/** The module that a bundle begins with: it offers the target, its arguments and the loops that call it. */
export function entryOf({ file, access, args }: EntryRequest): string {
  if (!access) return runnerOf(file, args);
  const target = JSON.stringify(file);
  const isDefault = access.expression === 'default';
  return [
    `import * as $target from ${target};`,
    'fixture' in args ? `import * as $fixture from ${JSON.stringify(args.fixture)};` : '',
    HARNESS_LOOPS,
    'export const $sunk = () => $sink;', // or the loops would be free to do nothing
    `export const $harness = {
      given: async () => (${givenBy(args)})(),
      renews: true,
      instanceClass: ${isDefault ? '() => null' : '$target.$memoirClass'},
      ownSelf: ${isDefault ? '() => undefined' : '$target.$memoirSelf'},
      target: ${isDefault ? '() => $target.default' : '$target.$memoirTarget'},
      loops: $loops,
    };`,
  ].join('\n');
}

/** A call runs the file, with its arguments as those of a command, until nothing is left to do. */
function runnerOf(file: string, args: ArgumentSource): string {
  const path = JSON.stringify(file);
  return [
    'fixture' in args ? `import * as $fixture from ${JSON.stringify(args.fixture)};` : '',
    HARNESS_LOOPS,
    'export const $sunk = () => $sink;',
    `const idle = () => new Promise((resolve) => {
      process.channel?.unref();
      process.once('beforeExit', () => resolve(process.channel?.ref()));
    });
    const run = async (...args) => {
      process.argv.splice(1, Infinity, ${path}, ...args.map(String));
      await import(${path});
      await idle();
    };
    export const $harness = {
      given: async () => (${'expression' in args ? `async () => (${args.expression}\n)` : givenBy(args)})(),
      renews: true,
      instanceClass: () => null,
      ownSelf: () => undefined,
      target: () => run,
      loops: $loops,
    };`,
  ].join('\n');
}

/** Code for a function that gives the arguments anew. */
function givenBy(args: ArgumentSource): string {
  if ('expression' in args) return '$target.$memoirArgs';
  if ('captured' in args)
    return `() => ({ $captured: JSON.parse(require('node:fs').readFileSync(${JSON.stringify(args.captured)}, 'utf8'))
      .map(({ data }) => require('node:v8').deserialize(Buffer.from(data, 'base64'))) })`;
  if ('serialized' in args)
    return `() => require('node:v8').deserialize(require('node:fs').readFileSync(${JSON.stringify(args.serialized)}))`;
  return `async () => { const found = 'args' in $fixture ? $fixture : $fixture.default; const list = Array.isArray(found) ? found : found?.args;
    const args = typeof list === 'function' ? await list() : list; return found && 'self' in found ? { this: found.self, args } : args; }`;
}
