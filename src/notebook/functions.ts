import { isDisposed, isPrivateName, isValue } from './parseDeclarations.ts';
import { type DynamicImport, dynamicImportsOf, type ImportBinding, importsOf } from './parseImports.ts';
import {
  type Definition,
  isChanged,
  type Local,
  type Node,
  outermostMember,
  type ScopedSource,
  type Span,
  type Use,
} from './scope.ts';

/** A function that a cell declares, as its text shows it: what the results of its calls depend on. */
export interface FunctionParts {
  /** The functions of its cell that it consists of: itself, those it mentions, those these mention… */
  readonly functions: readonly string[];
  /** Values of its cell that it takes; they are what they were when the cell settled. */
  readonly values: readonly string[];
  /** Components of its cell's key that it depends on, by name: values of other cells, and modules. */
  readonly components: readonly string[];
}

/** What surrounds the text of a cell. */
export interface FunctionSurroundings {
  /** Names of values that come from other cells. */
  readonly inputs: ReadonlySet<string>;
  /** Names that imports bring in, here or in other cells. */
  readonly imports: readonly ImportBinding[];
}

/** The functions of a cell whose parts are all known, and where each stands in the text. */
export interface FollowedFunctions {
  readonly parts: ReadonlyMap<string, FunctionParts>;
  readonly spans: ReadonlyMap<string, FunctionSpan>;
}

/** Where a function stands in its cell's text, and the keyword that makes it a statement of its own. */
export interface FunctionSpan extends Span {
  readonly keyword: '' | 'const ';
}

/**
 * Follows the functions that a cell declares at its top level to what they mention, and on from there. One that
 * mentions anything that a text cannot tell (`this`, a variable that some function assigns, an unknown global) is left
 * out, and so are all that mention it; no function is followed in a cell that uses `eval` or changes built-in objects.
 */
export function followFunctions(source: ScopedSource, around: FunctionSurroundings): FollowedFunctions {
  const parts = new Map<string, FunctionParts>();
  const declared = new Map(
    source.locals.flatMap((local) => {
      const found = functionOf(local);
      return found ? [[local.name, found]] : [];
    }),
  );
  const spans = new Map([...declared].map(([name, { span }]) => [name, span]));
  if (!declared.size || changesGlobals(source)) return { parts, spans };
  const cell: Surveyed = {
    source,
    declared,
    ...around,
    effects: importsOf(source).filter(({ sideEffectOnly }) => sideEffectOnly),
    loads: dynamicImportsOf(source),
    receivers: receiversOf(source),
  };
  const own = new Map([...declared].map(([name, one]) => [name, ownParts(one, cell)]));
  for (const name of own.keys()) {
    const whole = withMentioned(name, own);
    if (whole) parts.set(name, whole);
  }
  return { parts, spans };
}

/**
 * Variables and private names that functions of the cell mention: state that calls of them may change after the cell
 * has settled, although no other cell sees it.
 */
export function hiddenNames({ locals, parents }: ScopedSource): string[] {
  const isHidden = ({ kind, name, parent }: Definition) =>
    kind !== 'import' &&
    (isPrivateName(name.name) || (parent?.type === 'VariableDeclaration' && parent.kind !== 'const'));
  const inFunction = (use: Use) => !use.erased && ownerOf(use.node, parents, RUN_LATER).type !== 'Program';
  return locals.flatMap(({ name, definitions, uses }) => {
    const [definition] = definitions.filter(isValue);
    return definition && !isDisposed(definition) && isHidden(definition) && uses.some(inFunction) ? [name] : [];
  });
}

interface OwnFunction {
  readonly node: Node;
  readonly span: FunctionSpan;
}

interface Surveyed extends FunctionSurroundings {
  readonly source: ScopedSource;
  readonly declared: ReadonlyMap<string, OwnFunction>;
  /** Modules imported for their effects. */
  readonly effects: readonly { readonly specifier: string }[];
  /** Modules loaded by name while code runs. */
  readonly loads: readonly DynamicImport[];
  /** Whose `this` or `new.target` is used: a function, or the cell itself. */
  readonly receivers: readonly { readonly at: number; readonly owner: Node }[];
}

/** A name that stands for one function as long as the cell's values live; null for any other name. */
function functionOf({ definitions, uses }: Local): OwnFunction | null {
  const [definition, second] = definitions.filter(isValue);
  if (!definition || second || isDisposed(definition)) return null;
  if (uses.some(({ writes, node }) => writes && node !== definition.name)) return null;
  const { node } = definition;
  if (node.type === 'FunctionDeclaration') return { node, span: { start: node.start, end: node.end, keyword: '' } };
  if (node.type !== 'VariableDeclarator' || node.id.type !== 'Identifier' || !node.init) return null;
  const isFunction = node.init.type === 'ArrowFunctionExpression' || node.init.type === 'FunctionExpression';
  return isFunction ? { node: node.init, span: { start: node.start, end: node.end, keyword: 'const ' } } : null;
}

/** What one function mentions itself; null where something of it is not known. */
function ownParts({ node, span }: OwnFunction, cell: Surveyed): FunctionParts | null {
  const { source, declared, inputs, effects, loads, receivers } = cell;
  const has = (at: number) => span.start <= at && at < span.end;
  const mentions = (use: Use) => !use.erased && has(use.node.start);
  if (receivers.some(({ at, owner }) => has(at) && (owner === node || owner.type === 'Program'))) return null;
  const functions: string[] = [];
  const values: string[] = [];
  const components = [...effects, ...loads.filter(({ start }) => has(start))].map(
    ({ specifier }) => `module ${specifier}`,
  );
  const imports = new Map(cell.imports.map(({ local, specifier }) => [local, specifier]));
  const addImport = (name: string) => components.push(`import ${name}`, `module ${imports.get(name)}`);
  for (const { name } of source.free.filter(mentions)) {
    if (imports.has(name)) addImport(name);
    else if (inputs.has(name)) components.push(`input ${name}`);
    else if (!GLOBALS.has(name)) return null;
  }
  for (const local of source.locals.filter(({ uses }) => uses.some(mentions))) {
    if (imports.has(local.name)) addImport(local.name);
    else if (declared.has(local.name)) functions.push(local.name);
    else if (isSettled(local, source)) values.push(local.name);
    else return null;
  }
  return { functions, values, components };
}

/** The parts of a function and of all that it mentions, itself included. */
function withMentioned(name: string, own: ReadonlyMap<string, FunctionParts | null>): FunctionParts | null {
  const functions = new Set([name]);
  const values = new Set<string>();
  const components = new Set<string>();
  for (const one of functions) {
    const parts = own.get(one);
    if (!parts) return null;
    for (const other of parts.functions) functions.add(other);
    for (const value of parts.values) values.add(value);
    for (const component of parts.components) components.add(component);
  }
  return { functions: [...functions].sort(), values: [...values].sort(), components: [...components].sort() };
}

/** Globals that every kernel has. What the notebook adds to them is known to nobody. */
const GLOBALS = new Set([...Object.getOwnPropertyNames(globalThis), 'require']);

/** Whether only the cell's own top level assigns a variable, so that it stays what it is once the cell has settled. */
function isSettled({ definitions, uses }: Local, { parents }: ScopedSource): boolean {
  if (definitions.some(isDisposed)) return false;
  return uses.every(({ writes, node }) => !writes || ownerOf(node, parents, RUN_LATER).type === 'Program');
}

const RECEIVERS = ['FunctionDeclaration', 'FunctionExpression', 'PropertyDefinition', 'StaticBlock'];
const RUN_LATER = [...RECEIVERS, 'ArrowFunctionExpression'];

function receiversOf({ parents }: ScopedSource): Surveyed['receivers'] {
  return [...parents.keys()]
    .filter((node) => node.type === 'ThisExpression' || (node.type === 'MetaProperty' && node.meta.name === 'new'))
    .map((node) => ({ at: node.start, owner: ownerOf(node, parents, RECEIVERS) }));
}

/** The nearest node of one of these types around `node`, or else the program. */
function ownerOf(node: Node, parents: ReadonlyMap<Node, Node>, types: readonly string[]): Node {
  const outer = parents.get(node);
  return !outer || types.includes(outer.type) ? (outer ?? node) : ownerOf(outer, parents, types);
}

/** Whether a cell's code may change what other code sees without naming it. */
function changesGlobals({ free, parents }: ScopedSource): boolean {
  return free.some(({ name, node, erased }) => {
    if (erased) return false;
    const member = outermostMember(node, parents);
    return ['eval', 'globalThis', 'global'].includes(name) || isPrototype(member) || isChanged(member, parents);
  });
}

function isPrototype(node: Node): boolean {
  return node.type === 'MemberExpression' && node.property.type === 'Identifier' && node.property.name === 'prototype';
}
