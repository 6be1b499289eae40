import { analyze, type Reference, type ScopeManager, type Variable } from '@typescript-eslint/scope-manager';
import { type Node, type OxcError, type Program, parseSync, visitorKeys } from 'oxc-parser';

export type { Node, Program } from 'oxc-parser';
export type NodeOf<Type extends Node['type']> = Extract<Node, { type: Type }>;
export type IdentifierNode = { readonly name: string; readonly start: number; readonly end: number } & Node;

/** A stretch of a cell's text, in UTF-16 offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A name and where it stands. */
export interface Mention extends Span {
  readonly name: string;
}

/** One use of a name. */
export interface Use {
  readonly name: string;
  readonly node: IdentifierNode;
  /** Stands where only types count, or in a list of exports: gone before anything runs. */
  readonly erased: boolean;
  readonly reads: boolean;
  readonly writes: boolean;
}

/** A name declared at the top level: every place that declares it, and every mention. */
export interface Local {
  readonly name: string;
  readonly definitions: readonly Definition[];
  readonly uses: readonly Use[];
}

/** One place that declares a name. */
export interface Definition {
  readonly kind: 'variable' | 'function' | 'class' | 'enum' | 'namespace' | 'import' | 'type';
  readonly name: IdentifierNode;
  /** The declarator, function, class, import specifier, …. */
  readonly node: Node;
  /** The statement around `node` where that is another node: `const …`, `import …`. */
  readonly parent: Node | null;
}

/** Source text, read: its syntax tree, with every name led back to where it is declared. */
export interface ScopedSource {
  readonly text: string;
  readonly program: Program;
  readonly errors: readonly OxcError[];
  /** With the line `#!…`, if any. */
  readonly comments: readonly Span[];
  readonly parents: ReadonlyMap<Node, Node>;
  /** Mentions of names that the text does not declare, in the order of the text. */
  readonly free: readonly Use[];
  readonly locals: readonly Local[];
}

/** Reads TypeScript or JavaScript as strict code. What a broken text still tells is in `program`; it may be empty. */
export function readSource(
  text: string,
  sourceType: 'module' | 'commonjs' | 'unambiguous' = 'module',
  lang: 'ts' | 'js' = 'ts',
): ScopedSource {
  const parsed = parseSync(`source.${lang}`, text, {
    lang,
    sourceType,
    astType: 'ts',
    range: true,
    preserveParens: false,
    showSemanticErrors: true,
  });
  const { program, errors } = parsed;
  const comments = program.hashbang ? [program.hashbang, ...parsed.comments] : parsed.comments;
  const { parents, erased } = survey(program);
  const useOf = (reference: Reference): Use => toUse(reference, erased);
  const global = globalScopeOf(program);
  if (!global) return { text, program, comments, errors: [...errors, TOO_DEEP], parents, free: [], locals: [] };
  const locals = (global.childScopes[0]?.variables ?? []).map((variable) => toLocal(variable, useOf));
  const free = global.through.map(useOf).sort((a, b) => a.node.start - b.node.start);
  return { text, program, comments, errors, parents, ...withDottedNamespaces(program, locals, free) };
}

/** The end of a name; its node goes on to the end of a type annotation. */
export function endOfName({ start, name }: IdentifierNode): number {
  return start + name.length;
}

/** The node's own children, in the order of the text as far as the tree keeps it. */
export function* childrenOf(node: Node): Generator<Node> {
  for (const key of visitorKeys[node.type] ?? []) {
    const child = (node as unknown as Record<string, Node | (Node | null)[] | null>)[key];
    if (Array.isArray(child)) for (const one of child) one && (yield one);
    else if (child) yield child;
  }
}

/** Whether what `node` stands for is assigned to or deleted. */
export function isChanged(node: Node, parents: ReadonlyMap<Node, Node>): boolean {
  const user = parents.get(node);
  if (user?.type === 'AssignmentExpression') return user.left === node;
  return user?.type === 'UpdateExpression' || (user?.type === 'UnaryExpression' && user.operator === 'delete');
}

/** `a.b.c` for the `a` of it. */
export function outermostMember(object: Node, parents: ReadonlyMap<Node, Node>): Node {
  const user = parents.get(object);
  return user?.type === 'MemberExpression' && user.object === object ? outermostMember(user, parents) : object;
}

const TOO_DEEP = {
  severity: 'Error',
  message: 'This code is nested too deeply to be read',
  labels: [],
  helpMessage: 'Split the long expression',
  codeframe: null,
} as unknown as OxcError; // its severity is a `const enum`, which isolated modules cannot name

/** The scope around all others, or null where the analysis, which recurses, ran out of stack. */
function globalScopeOf(program: Program): ScopeManager['globalScope'] {
  try {
    // Both libraries speak ESTree with TypeScript's nodes; only their type declarations differ.
    const tree = program as unknown as Parameters<typeof analyze>[0];
    return analyze(tree, { sourceType: 'module', lib: [] }).globalScope;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** TypeScript's own nodes that leave something behind when types are stripped. */
const STAYS = new Set(
  [
    'TSAsExpression TSSatisfiesExpression TSNonNullExpression TSTypeAssertion TSInstantiationExpression',
    'TSEnumDeclaration TSEnumBody TSEnumMember TSModuleDeclaration TSModuleBlock TSQualifiedName',
    'TSParameterProperty TSExportAssignment TSImportEqualsDeclaration TSExternalModuleReference',
  ].flatMap((names) => names.split(' ')),
);

/** Whether `node` and all inside it vanish with the types. */
function vanishes(node: Node): boolean {
  if ('declare' in node && node.declare) return true;
  return (node.type.startsWith('TS') && !STAYS.has(node.type)) || node.type === 'ExportSpecifier';
}

function survey(program: Program): { parents: Map<Node, Node>; erased: Set<unknown> } {
  const parents = new Map<Node, Node>();
  const erased = new Set<unknown>();
  const pending: { node: Node; gone: boolean }[] = [{ node: program, gone: false }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const gone = next.gone || vanishes(next.node);
    if (gone) erased.add(next.node);
    for (const child of childrenOf(next.node)) {
      parents.set(child, next.node);
      pending.push({ node: child, gone });
    }
  }
  return { parents, erased };
}

function toUse(reference: Reference, erased: ReadonlySet<unknown>): Use {
  const node = reference.identifier as unknown as IdentifierNode;
  return {
    name: node.name,
    node,
    erased: erased.has(node) || !reference.isValueReference,
    reads: reference.isRead(),
    writes: reference.isWrite(),
  };
}

const KINDS: Readonly<Record<string, Definition['kind']>> = {
  Variable: 'variable',
  FunctionName: 'function',
  ClassName: 'class',
  TSEnumName: 'enum',
  TSModuleName: 'namespace',
  ImportBinding: 'import',
};

function toLocal(variable: Variable, useOf: (reference: Reference) => Use): Local {
  const definitions = variable.defs.map((definition) => ({
    kind: KINDS[definition.type] ?? 'type',
    name: definition.name as unknown as IdentifierNode,
    node: definition.node as unknown as Node,
    parent: definition.parent as unknown as Node | null,
  }));
  return { name: variable.name, definitions, uses: variable.references.map(useOf) };
}

/** `namespace A.B {}` declares `A`, which the scope analysis leaves out. */
function withDottedNamespaces(program: Program, locals: Local[], free: Use[]): Pick<ScopedSource, 'locals' | 'free'> {
  const dotted = new Map<string, Definition[]>();
  for (const statement of program.body) {
    const node = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (node?.type !== 'TSModuleDeclaration' || node.id.type !== 'TSQualifiedName') continue;
    let name: Node = node.id;
    while (name.type === 'TSQualifiedName') name = name.left;
    if (name.type !== 'Identifier') continue;
    const definition: Definition = { kind: 'namespace', name, node, parent: null };
    dotted.set(name.name, [...(dotted.get(name.name) ?? []), definition]);
  }
  if (!dotted.size) return { locals, free };
  const found = [...dotted].map(([name, definitions]) => {
    const local = locals.find((one) => one.name === name);
    const uses = [...(local?.uses ?? []), ...free.filter((use) => use.name === name)];
    return { name, definitions: [...(local?.definitions ?? []), ...definitions], uses };
  });
  return {
    locals: [...locals.filter(({ name }) => !dotted.has(name)), ...found],
    free: free.filter(({ name }) => !dotted.has(name)),
  };
}
