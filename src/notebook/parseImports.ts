import { isAlias } from './parseDeclarations.ts';
import type { Local, Node, NodeOf, ScopedSource, Span } from './scope.ts';

/** An import statement of a cell. */
export interface ImportStatement extends Span {
  readonly specifier: string;
  readonly attributes: Readonly<Record<string, string>> | null;
  readonly bindings: readonly ImportSpecifier[];
  readonly sideEffectOnly: boolean;
}

export interface ImportSpecifier {
  readonly local: string;
  /** The name in the module, `default`, `*` for the whole of it, or `export=` for `import x = require(…)`. */
  readonly imported: string;
  readonly typeOnly: boolean;
  /** The cell itself uses it as a value. */
  readonly used: boolean;
}

/** An imported name as a cell uses it; the import statement may stand in another cell. */
export interface ImportBinding extends Pick<ImportSpecifier, 'local' | 'imported'> {
  readonly specifier: string;
  readonly attributes?: Readonly<Record<string, string>> | null;
}

/** `import('…')` or `require('…')` of a module named in the text. */
export interface DynamicImport extends Span {
  readonly specifier: string;
  readonly via: 'import' | 'require';
}

/** The import statements of a cell, with what they bind. */
export function importsOf(source: ScopedSource): ImportStatement[] {
  const isRead = ({ uses }: Local) => uses.some((use) => use.reads && !use.erased);
  const used = new Set(source.locals.filter(isRead).map(({ name }) => name));
  return source.program.body.flatMap((statement) => {
    if (statement.type === 'ImportDeclaration') return [toImport(statement, used)];
    const required = requiredBy(statement);
    return required ? [required(used)] : [];
  });
}

/** The modules that a cell loads while it runs, where the text names them. */
export function dynamicImportsOf({ free, parents }: ScopedSource): DynamicImport[] {
  const found: DynamicImport[] = [];
  for (const node of parents.keys()) {
    const specifier = node.type === 'ImportExpression' ? textOf(node.source) : null;
    if (specifier !== null) found.push({ specifier, via: 'import', start: node.start, end: node.end });
  }
  for (const { name, node } of free) {
    const call = name === 'require' ? parents.get(node) : undefined;
    if (call?.type !== 'CallExpression' || call.callee !== node) continue;
    const specifier = textOf(call.arguments[0]);
    if (specifier !== null) found.push({ specifier, via: 'require', start: call.start, end: call.end });
  }
  return found.sort((a, b) => a.start - b.start);
}

/** Whether a statement brings names, or only effects, from another module. */
export function isImport(statement: Node): boolean {
  return statement.type === 'ImportDeclaration' || requiredBy(statement) !== null;
}

function toImport(node: NodeOf<'ImportDeclaration'>, used: ReadonlySet<string>): ImportStatement {
  return {
    specifier: node.source.value,
    attributes: attributesOf(node),
    bindings: node.specifiers.map((one) => toBinding(one, node.importKind === 'type', used)),
    sideEffectOnly: node.specifiers.length === 0 && node.importKind !== 'type',
    start: node.start,
    end: node.end,
  };
}

function toBinding(
  node: NodeOf<'ImportDeclaration'>['specifiers'][number],
  typeOnly: boolean,
  used: ReadonlySet<string>,
): ImportSpecifier {
  const local = node.local.name;
  const isUsed = used.has(local);
  if (node.type === 'ImportDefaultSpecifier') return { local, imported: 'default', typeOnly, used: isUsed };
  if (node.type === 'ImportNamespaceSpecifier') return { local, imported: '*', typeOnly, used: isUsed };
  const imported = node.imported.type === 'Identifier' ? node.imported.name : String(node.imported.value);
  return { local, imported, typeOnly: typeOnly || node.importKind === 'type', used: isUsed };
}

function requiredBy(node: Node): ((used: ReadonlySet<string>) => ImportStatement) | null {
  if (node.type !== 'TSImportEqualsDeclaration' || isAlias(node)) return null;
  const specifier =
    node.moduleReference.type === 'TSExternalModuleReference' ? node.moduleReference.expression.value : '';
  const local = node.id.name;
  return (used) => ({
    specifier,
    attributes: null,
    bindings: [{ local, imported: 'export=', typeOnly: node.importKind === 'type', used: used.has(local) }],
    sideEffectOnly: false,
    start: node.start,
    end: node.end,
  });
}

/** `with {…}` of an import statement; null where there is none. */
export function attributesOf({ attributes }: NodeOf<'ImportDeclaration'>): Record<string, string> | null {
  if (!attributes.length) return null;
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key.type === 'Identifier' ? key.name : key.value, String(value.value)]),
  );
}

function textOf(node: Node | undefined): string | null {
  if (node?.type === 'Literal') return typeof node.value === 'string' ? node.value : null;
  return node?.type === 'TemplateLiteral' && node.quasis.length === 1 ? (node.quasis[0]!.value.cooked ?? null) : null;
}
