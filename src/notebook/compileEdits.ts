import type MagicString from 'magic-string';
import { shownStatement } from './parse.ts';
import { attributesOf, type ImportBinding, isImport } from './parseImports.ts';
import { childrenOf, type Node, type NodeOf, type ScopedSource } from './scope.ts';

/** Names that the edits may use. */
export interface EditNames {
  readonly memoir: string;
  readonly result: string;
  /** Names of values from other cells. */
  readonly shadowed: ReadonlySet<string>;
  readonly imports: readonly ImportBinding[];
}

/**
 * Turns a cell's text, cleaned, into a module without imports and exports whose last expression has a name.
 * Lines stay.
 */
export function editCell(edit: MagicString, source: ScopedSource, names: EditNames): void {
  const shown = shownStatement(source);
  for (const statement of source.program.body) {
    if (isImport(statement)) replace(edit, statement, importForEffects(statement, names.memoir));
    else if (statement === shown) nameResult(edit, statement, names.result);
    else dropExport(edit, statement);
    labelWidgets(edit, statement, names);
  }
  redirectModules(edit, source, names);
}

/** `import(…)` of a module as an expression of compiled code. */
export function importCall(memoir: string, specifier: string, attributes: ImportBinding['attributes'] = null): string {
  const options = attributes ? `, ${JSON.stringify({ with: attributes })}` : '';
  return `${memoir}.import(${JSON.stringify(specifier)}${options})`;
}

/** Imports for their effects stay in place; bindings come in through the function's first line. */
function importForEffects(statement: Node, memoir: string): string {
  if (statement.type !== 'ImportDeclaration') return '';
  if (statement.importKind === 'type' || statement.specifiers.length) return '';
  return `await ${importCall(memoir, statement.source.value, attributesOf(statement))};`;
}

function nameResult(edit: MagicString, statement: Node, result: string): void {
  if (statement.type === 'ExportDefaultDeclaration') replaceStart(edit, statement, statement.declaration);
  edit.appendLeft(statement.start, `const ${result} = (`);
  edit.prependRight(endOfExpression(edit, statement), ')');
}

/** Other cells see a name with or without `export`; lists of exports are for other modules only. */
function dropExport(edit: MagicString, statement: Node): void {
  switch (statement.type) {
    case 'ExportNamedDeclaration':
      if (statement.declaration) replaceStart(edit, statement, statement.declaration);
      else replace(edit, statement, '');
      break;
    case 'ExportAllDeclaration':
    case 'TSNamespaceExportDeclaration':
      replace(edit, statement, '');
      break;
    case 'ExportDefaultDeclaration':
      dropDefault(edit, statement);
  }
}

function dropDefault(edit: MagicString, statement: NodeOf<'ExportDefaultDeclaration'>): void {
  const { declaration } = statement;
  const isNamed = /Declaration$/.test(declaration.type) && 'id' in declaration && declaration.id;
  replaceStart(edit, statement, declaration);
  if (isNamed) return;
  edit.appendLeft(statement.start, ';(');
  edit.prependRight(endOfExpression(edit, statement), edit.original[statement.end - 1] === ';' ? ')' : ');');
}

/** Puts text in the place of a statement; without any, a type, which vanishes, keeps what is above and below apart. */
function replace(edit: MagicString, { start, end }: Node, replacement: string): void {
  edit.update(start, end, (replacement || `type $${start} = 0;`) + lineEndsOf(edit.original.slice(start, end)));
}

function replaceStart(edit: MagicString, statement: Node, inner: Node): void {
  edit.update(statement.start, inner.start, lineEndsOf(edit.original.slice(statement.start, inner.start)) || ' ');
}

function lineEndsOf(text: string): string {
  return text.match(/\r\n|[\n\r]/g)?.join('') ?? '';
}

function endOfExpression({ original }: MagicString, { end }: Node): number {
  return original[end - 1] === ';' ? end - 1 : end;
}

/** Modules loaded while the cell runs resolve from the notebook. */
function redirectModules(edit: MagicString, source: ScopedSource, { memoir, shadowed, imports }: EditNames): void {
  for (const node of source.parents.keys()) {
    if (node.type === 'ImportExpression') edit.update(node.start, node.start + 'import'.length, `${memoir}.import`);
    if (node.type === 'MetaProperty' && node.meta.name === 'import')
      edit.update(node.start, node.end, `${memoir}.meta`);
  }
  const isGiven = shadowed.has('require') || imports.some(({ local }) => local === 'require');
  for (const { name, node, erased, reads } of source.free) {
    if (name !== 'require' || erased || !reads || isGiven) continue;
    const parent = source.parents.get(node);
    const key = parent?.type === 'Property' && parent.shorthand ? 'require: ' : '';
    edit.update(node.start, node.end, `${key}${memoir}.require`);
  }
}

const WIDGETS = new Set([
  ...[
    'slider',
    'range',
    'number',
    'text',
    'textarea',
    'select',
    'multiselect',
    'radio',
    'checkbox',
    'toggle',
    'button',
  ],
  ...['date', 'dateRange', 'file', 'color', 'form', 'tabs', 'selection', 'refresh', 'widget'],
]);

/** What arranges widgets that are declared in a function given to it. */
const LAYOUTS = new Set(['form', 'columns', 'tabs', 'accordion', 'sidebar', 'callout']);

/** A widget is known by the variable it is assigned to; one declared within a layout by its property as well. */
function labelWidgets(edit: MagicString, statement: Node, names: EditNames): void {
  const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
  if (declaration?.type === 'VariableDeclaration') {
    for (const { id, init } of declaration.declarations)
      if (id.type === 'Identifier') label(edit, id.name, init, names);
  }
  for (const layout of layoutsIn(statement, names.imports))
    for (const given of layout.arguments) labelIn(edit, given, names);
}

/** Calls of layouts, the outermost ones. */
function* layoutsIn(node: Node, imports: readonly ImportBinding[]): Generator<NodeOf<'CallExpression'>> {
  if (node.type === 'CallExpression' && isOneOf(LAYOUTS, node.callee, imports)) yield node;
  else if (!/Function/.test(node.type)) for (const child of childrenOf(node)) yield* layoutsIn(child, imports);
}

function labelIn(edit: MagicString, node: Node, names: EditNames): void {
  if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier') label(edit, node.id.name, node.init, names);
  if (node.type === 'Property' && !node.computed && node.key.type === 'Identifier')
    label(edit, node.key.name, node.value, names);
  for (const child of childrenOf(node)) labelIn(edit, child, names);
}

/** Tells a widget's name as one more argument, evaluated last, just before the call. */
function label(edit: MagicString, name: string, made: Node | null, { memoir, imports }: EditNames): void {
  const call = made && unwrapped(made);
  if (call?.type !== 'CallExpression' || !isOneOf(WIDGETS, call.callee, imports)) return;
  const last = call.arguments.at(-1);
  const comma = last && !edit.original.slice(last.end, call.end).includes(',') ? ', ' : '';
  edit.appendLeft(call.end - 1, `${comma}${memoir}.label(${JSON.stringify(name)})`);
}

function unwrapped(node: Node): Node {
  switch (node.type) {
    case 'AwaitExpression':
      return unwrapped(node.argument);
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
      return unwrapped(node.expression);
    default:
      return node;
  }
}

function isOneOf(functions: ReadonlySet<string>, callee: Node, imports: readonly ImportBinding[]): boolean {
  const isMember = callee.type === 'MemberExpression' && !callee.computed && callee.property.type === 'Identifier';
  const root = isMember ? callee.object : callee;
  if (root.type !== 'Identifier') return false;
  const found = imports.find(({ local, specifier }) => specifier === 'memoir' && local === root.name);
  if (!found) return false;
  if (!isMember) return functions.has(found.imported);
  return found.imported === '*' && callee.property.type === 'Identifier' && functions.has(callee.property.name);
}
