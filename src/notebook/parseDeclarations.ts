import { type Definition, endOfName, type Mention, type Node, type NodeOf, type ScopedSource } from './scope.ts';

export type DeclarationKind =
  | 'const'
  | 'let'
  | 'var'
  | 'function'
  | 'class'
  | 'enum'
  | 'namespace'
  | 'import'
  /** Interfaces, aliases, `import type` and whatever is `declare`d: other cells see the type, nothing re-runs for it. */
  | 'type';

/** A top-level name of a cell. `export default` declares `default`, which no cell can refer to. */
export interface Declaration extends Mention {
  readonly kind: DeclarationKind;
  /** Marked `export`, so that other modules can import it; other cells see it either way. */
  readonly exported: boolean;
  /** Belongs to its cell alone: `_name`, and what `using` disposes of when the cell settles. */
  readonly private: boolean;
}

/** The top-level names of a cell in the order of the text, each once. */
export function declarationsOf({ program, locals }: ScopedSource): Declaration[] {
  const listed = new Set(program.body.flatMap(namesListedForExport));
  const exports = program.body.filter(isExportedDeclaration);
  const declarations = locals.map(({ name, definitions }) => {
    const shown = definitions.find(isValue) ?? definitions[0]!;
    const marked = definitions.some((one) => exports.some((statement) => contains(statement, one.name)));
    return {
      name,
      kind: definitions.some(isValue) ? kindOf(shown) : ('type' as const),
      exported: marked || listed.has(name),
      private: isPrivateName(name) || isDisposed(shown),
      start: shown.name.start,
      end: endOfName(shown.name),
    };
  });
  const fallback = program.body.find((statement) => statement.type === 'ExportDefaultDeclaration');
  return [...declarations, ...(fallback ? [defaultOf(fallback)] : [])].sort((a, b) => a.start - b.start);
}

/** Whether a name belongs to its cell alone. */
export function isPrivateName(name: string): boolean {
  return name.startsWith('_');
}

/** Whether a definition leaves a value behind when types are stripped. */
export function isValue({ kind, node, parent }: Definition): boolean {
  switch (kind) {
    case 'variable':
      return parent?.type === 'VariableDeclaration' && !parent.declare;
    case 'function':
      return node.type === 'FunctionDeclaration' && node.body !== null && !node.declare;
    case 'class':
      return node.type === 'ClassDeclaration' && !node.declare;
    case 'enum':
      return node.type === 'TSEnumDeclaration' && !node.declare;
    case 'namespace':
      return node.type === 'TSModuleDeclaration' && hasValues(node);
    case 'import':
      return ![node, parent].some((one) => one && 'importKind' in one && one.importKind === 'type');
    case 'type':
      return false;
  }
}

/** Whether `node` is `import A = N.B`, another name for something in a namespace. */
export function isAlias(node: Node): boolean {
  return node.type === 'TSImportEqualsDeclaration' && node.moduleReference.type !== 'TSExternalModuleReference';
}

function kindOf({ kind, node, parent }: Definition): DeclarationKind {
  if (kind === 'import') return isAlias(node) ? 'const' : 'import';
  if (kind !== 'variable') return kind;
  const how = parent?.type === 'VariableDeclaration' ? parent.kind : 'const';
  return how === 'let' || how === 'var' ? how : 'const';
}

/** Whether a definition is one of `using`, which ends with its cell. */
export function isDisposed({ parent }: Definition): boolean {
  return parent?.type === 'VariableDeclaration' && parent.kind.endsWith('using');
}

/** A namespace of types alone compiles to nothing. */
function hasValues(node: NodeOf<'TSModuleDeclaration'>): boolean {
  if (node.declare || node.body?.type !== 'TSModuleBlock') return false;
  return node.body.body.some((statement) => {
    const inner = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (!inner || ('declare' in inner && inner.declare)) return false;
    if (inner.type === 'TSModuleDeclaration') return hasValues(inner);
    return inner.type !== 'TSInterfaceDeclaration' && inner.type !== 'TSTypeAliasDeclaration';
  });
}

function isExportedDeclaration(statement: Node): boolean {
  return (
    (statement.type === 'ExportNamedDeclaration' && statement.declaration !== null) ||
    (statement.type === 'ExportDefaultDeclaration' && /Declaration$/.test(statement.declaration.type))
  );
}

function namesListedForExport(statement: Node): string[] {
  if (statement.type === 'ExportDefaultDeclaration') {
    return statement.declaration.type === 'Identifier' ? [statement.declaration.name] : [];
  }
  if (statement.type !== 'ExportNamedDeclaration' || statement.source) return [];
  return statement.specifiers.flatMap(({ local }) => (local.type === 'Identifier' ? [local.name] : []));
}

function defaultOf(statement: NodeOf<'ExportDefaultDeclaration'>): Declaration {
  const { type, start } = statement.declaration;
  const kind = KINDS[type] ?? 'const';
  return { name: 'default', kind, exported: true, private: false, start: statement.start, end: start };
}

const KINDS: Readonly<Record<string, DeclarationKind>> = {
  FunctionDeclaration: 'function',
  ClassDeclaration: 'class',
  TSInterfaceDeclaration: 'type',
};

function contains(outer: Node, inner: Node): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}
