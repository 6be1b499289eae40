import MagicString from 'magic-string';
import { globalReplacement, type ImpureKind, importReplacement } from './impurityRules.ts';
import { type ImportBinding, importsOf } from './parseImports.ts';
import { isChanged, type Node, readSource, type ScopedSource, type Use } from './scope.ts';

/** The clock and randomness as rewritten code reaches them; each use is told to the run it happens in. */
export interface ImpureGlobals {
  random(): number;
  now(): number;
  /** Tells of the clock when made or called without arguments; makes ordinary dates. */
  readonly Date: DateConstructor;
  /** `Math` with a tracked `random`. */
  readonly Math: Math;
  readonly performance: typeof globalThis.performance;
  readonly crypto: typeof globalThis.crypto;
  /** Tells of `kind` and gives back `value`: for what has no tracked twin, such as `randomBytes` of `node:crypto`. */
  touch<T>(kind: ImpureKind, value: T): T;
}

/** How a rewritten text is to reach `ImpureGlobals`, and which globals are not global there. */
export interface RewriteOptions {
  /** The name of the `ImpureGlobals` object. */
  readonly memoir: string;
  /** Names that another cell declares. */
  readonly shadowed?: ReadonlySet<string>;
  /** Names that imports outside of the text bring in. */
  readonly imports?: readonly ImportBinding[];
}

/**
 * Rewrites mentions of the clock and of randomness to tracked ones, name by name, so that lines stay as they are.
 * Uses that cannot reach them (`Math.floor`, `new Date(0)`, `x instanceof Date`) stay untouched.
 * @returns whether anything was rewritten
 */
export function trackImpure(edit: MagicString, source: ScopedSource, options: RewriteOptions): boolean {
  const { memoir, shadowed } = options;
  let changed = false;
  const replace = (use: Use, replacement: string | null) => {
    if (replacement === null || use.erased || !use.reads || isTarget(use.node, source)) return;
    edit.update(use.node.start, use.node.start + use.name.length, withKey(use, replacement, source));
    changed = true;
  };
  const imports = new Map([...(options.imports ?? []), ...ownImports(source)].map((one) => [one.local, one]));
  const visit = (use: Use, isGlobal: boolean) => {
    const binding = imports.get(use.name);
    if (binding) replace(use, importReplacement(use, binding, source, memoir));
    else if (isGlobal) replace(use, globalReplacement(use, source, memoir));
  };
  for (const use of source.free) visit(use, !shadowed?.has(use.name));
  for (const { uses } of source.locals) for (const use of uses) visit(use, false);
  return changed;
}

function ownImports(source: ScopedSource): ImportBinding[] {
  return importsOf(source).flatMap(({ specifier, bindings }) =>
    bindings.map(({ local, imported }) => ({ local, imported, specifier })),
  );
}

const IMPURE = "Symbol.for('memoir.impure')";

/**
 * A user's own module with its clock and randomness tracked through `globalThis[Symbol.for('memoir.impure')]`.
 * Types, lines and everything else stay; a module that does not parse comes back as it is, for others to complain of.
 */
export function rewriteModule(text: string, filename: string): { readonly code: string } {
  const type = /\.c[jt]s$/.test(filename) ? 'commonjs' : /\.m[jt]s$/.test(filename) ? 'module' : 'unambiguous';
  const source = readSource(text, type, /\.[cm]?ts$/.test(filename) ? 'ts' : 'js');
  if (source.errors.some(({ severity }) => severity === 'Error')) return { code: text };
  const edit = new MagicString(text);
  const memoir = unusedName(text, '$memoir');
  if (!trackImpure(edit, source, { memoir })) return { code: text };
  const first = source.program.body.find((one) => one.type !== 'ExpressionStatement' || !one.directive)!;
  edit.appendLeft(startWithDecorators(first), `const ${memoir} = globalThis[${IMPURE}]; `);
  return { code: edit.toString() };
}

/** `name`, or a variation of it that `text` does not contain. */
export function unusedName(text: string, name: string): string {
  let unused = name;
  while (text.includes(unused)) unused += '_';
  return unused;
}

/** Whether `node` is assigned to or deleted, itself or a member of it: whoever patches a global means the real one. */
function isTarget(node: Node, { parents }: ScopedSource): boolean {
  const outer = parents.get(node);
  return isChanged(outer?.type === 'MemberExpression' && outer.object === node ? outer : node, parents);
}

/** `{ Math }` has to become `{ Math: $memoir.Math }`. */
function withKey({ name, node }: Use, replacement: string, { parents }: ScopedSource): string {
  const parent = parents.get(node);
  return parent?.type === 'Property' && parent.shorthand ? `${name}: ${replacement}` : replacement;
}

/** Decorators may stand before `export`, outside of the statement's own span. */
function startWithDecorators(statement: Node): number {
  const inner = 'declaration' in statement ? (statement.declaration as Node | null) : statement;
  const decorators = inner && 'decorators' in inner ? (inner.decorators as readonly Node[]) : [];
  return Math.min(statement.start, ...decorators.map(({ start }) => start));
}
