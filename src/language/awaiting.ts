import ts from 'typescript';
import type { Diagnostic, Position, Range, TextEdit } from 'vscode-languageserver/node';

/** Something that was not awaited, and what would await it where it stands. */
export interface Unawaited {
  /** Null where nothing may be awaited: in a function that is not `async`. */
  readonly edits: readonly TextEdit[] | null;
  /** Where a name stands that could be awaited where it gets its value. */
  readonly name: Position | null;
}

/** What a mistake in a cell's text says was not awaited; null where that is not what is wrong. */
export function unawaited(text: string, { range, message, relatedInformation = [] }: Diagnostic): Unawaited | null {
  const told = String(message);
  const forgotten = relatedInformation.some((one) => /'await'/.test(one.message)) || PROMISE.test(told);
  const source = forgotten ? read(text) : null;
  const node = source && nodeAt(source, range);
  if (!node || !isAt(source, node, range)) return null;
  const promises = promisesOf(node, told);
  if (!promises.length) return null;
  const [only] = promises;
  return {
    edits: mayAwait(node) ? promises.map((promise) => awaited(source, promise)) : null,
    name: promises.length === 1 && ts.isIdentifier(only!) ? rangeOf(source, only).start : null,
  };
}

/** The constant whose name is at `range`, and what awaits its value; null where there is none to be awaited. */
export function awaitInitializer(
  text: string,
  range: Range,
): { readonly name: string; readonly edit: TextEdit } | null {
  const source = read(text);
  const declaration = nodeAt(source, range)?.parent;
  if (!declaration || !ts.isVariableDeclaration(declaration) || !ts.isIdentifier(declaration.name)) return null;
  const { name, initializer, type, parent } = declaration;
  const isConst = (parent.flags & ts.NodeFlags.Const) !== 0;
  if (!initializer || type || !isConst || !mayAwait(initializer)) return null;
  return { name: name.text, edit: awaited(source, initializer) };
}

/** What makes the function `async` in which something is awaited. */
export function makeAsync(text: string, range: Range): TextEdit | null {
  const source = read(text);
  const owner = ts.findAncestor(nodeAt(source, range)?.parent, ts.isFunctionLike);
  const start = owner && placeOfAsync(owner);
  if (!start) return null;
  const place = source.getLineAndCharacterOfPosition(start.getStart(source));
  return { range: { start: place, end: place }, newText: 'async ' };
}

/** In front of what `async` stands in a function; undefined for one that cannot have it. */
function placeOfAsync(owner: ts.SignatureDeclaration): ts.Node | undefined {
  if (ts.isMethodDeclaration(owner)) return owner.asteriskToken ?? owner.name;
  if (ts.isArrowFunction(owner)) return owner;
  return owner.getChildren().find(({ kind }) => kind === ts.SyntaxKind.FunctionKeyword);
}

/** What TypeScript says of a promise where it wants its value. */
const PROMISE = /^(Type|Property '.*' does not exist on type|Element implicitly .* to index type) 'Promise</s;

/** The expressions whose values are promises, in or around what is marked. */
function promisesOf(node: ts.Node, message: string): ts.Expression[] {
  const { parent } = node;
  const [, left, right] = /types '(.*)' and '(.*)'/s.exec(message) ?? [];
  if (ts.isBinaryExpression(node) && left !== undefined && right !== undefined)
    return [left.startsWith('Promise<') ? node.left : [], right.startsWith('Promise<') ? node.right : []].flat();
  if (ts.isElementAccessExpression(node)) return [node.expression];
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return [parent.expression];
  if (ts.isBindingElement(parent)) return [ts.findAncestor(parent, ts.isVariableDeclaration)?.initializer ?? []].flat();
  if ((ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) && parent.name === node)
    return [parent.initializer ?? []].flat();
  return ts.isExpression(node) ? [node] : [];
}

function awaited(source: ts.SourceFile, promise: ts.Expression): TextEdit {
  const isLoose = ts.isBinaryExpression(promise) || ts.isConditionalExpression(promise) || ts.isArrowFunction(promise);
  const text = isLoose ? `(${promise.getText(source)})` : promise.getText(source);
  const { parent } = promise;
  const isTaken = ts.isLeftHandSideExpression(parent) && 'expression' in parent && parent.expression === promise;
  const newText = isTaken && !ts.isParenthesizedExpression(parent) ? `(await ${text})` : `await ${text}`;
  return { range: rangeOf(source, promise), newText: goesOn(source, promise, newText) ? `;${newText}` : newText };
}

/** Whether a statement that begins with a bracket would go on with the one above. */
function goesOn(source: ts.SourceFile, promise: ts.Expression, newText: string): boolean {
  const statement = ts.findAncestor(promise, ts.isExpressionStatement);
  if (!newText.startsWith('(') || statement?.getStart(source) !== promise.getStart(source)) return false;
  const before = source.text.slice(statement.parent.getStart(source), promise.getStart(source)).trimEnd();
  return before !== '' && !/[;{}]$/.test(before);
}

function mayAwait(node: ts.Node): boolean {
  const owner = ts.findAncestor(
    node.parent,
    (one) => ts.isFunctionLike(one) || ts.isClassStaticBlockDeclaration(one) || ts.isPropertyDeclaration(one),
  );
  return !owner || (ts.canHaveModifiers(owner) && Boolean(ts.getModifiers(owner)?.some(isAsync)));
}

function isAsync({ kind }: ts.Modifier): boolean {
  return kind === ts.SyntaxKind.AsyncKeyword;
}

function read(text: string): ts.SourceFile {
  return ts.createSourceFile('cell.ts', text, ts.ScriptTarget.Latest, true);
}

/** The innermost node around a stretch. */
function nodeAt(source: ts.SourceFile, range: Range): ts.Node {
  const [from, to] = stretchOf(source, range);
  let found: ts.Node = source;
  const look = (node: ts.Node): void => {
    if (node.getStart(source) > from || node.end < to) return;
    found = node;
    ts.forEachChild(node, look);
  };
  look(source);
  return found;
}

function isAt(source: ts.SourceFile, node: ts.Node, range: Range): boolean {
  const [from, to] = stretchOf(source, range);
  return node.getStart(source) === from && node.end === to;
}

function stretchOf(source: ts.SourceFile, { start, end }: Range): [number, number] {
  const starts = source.getLineStarts();
  const offset = ({ line, character }: Position) => (starts[line] ?? source.end) + character;
  return [offset(start), offset(end)];
}

function rangeOf(source: ts.SourceFile, node: ts.Node): Range {
  const [start, end] = [node.getStart(source), node.end].map((at) => source.getLineAndCharacterOfPosition(at));
  return { start: start!, end: end! };
}
