import MagicString from 'magic-string';
import { shownStatement } from './parse.ts';
import { type Node, readSource, type ScopedSource } from './scope.ts';

/** Statements that stand at the top of a module only. */
const MODULE_ONLY = /^(Export|TSExport|TSImportEquals|TSModule|TSNamespaceExport)/;

/**
 * A cell's text as a function that is called at once, so that what it declares is its own and it still shows what it
 * showed; imports stay where they are. Null for a broken cell, and one that exports or has nothing but imports.
 */
export function wrapInFunction(text: string, name: string): string | null {
  const source = readSource(text);
  const { body } = source.program;
  const imports = body.filter(({ type }) => type === 'ImportDeclaration');
  if (source.errors.length || imports.length === body.length) return null;
  if (body.some(({ type }) => MODULE_ONLY.test(type))) return null;
  const inner = new MagicString(text);
  for (const { start, end } of imports) inner.remove(start, text[end] === '\n' ? end + 1 : end);
  const shown = shownStatement(source);
  if (shown) inner.appendLeft(shown.start, 'return ');
  const nodes = [...source.parents.keys()];
  const templates = nodes.filter(({ type }) => type === 'TemplateLiteral').map(({ start, end }) => [start, end]);
  inner.trim().indent('  ', { exclude: templates as [number, number][] });
  const waits = nodes.some((node) => isAwait(node) && !isInFunction(node, source));
  const head = imports.map(({ start, end }) => `${text.slice(start, end)}\n`).join('');
  const call = `${waits ? 'await ' : ''}${name}()`;
  return `${head}${waits ? 'async ' : ''}function ${name}() {\n${inner}\n}\n${call}`;
}

function isAwait(node: Node): boolean {
  if (node.type === 'VariableDeclaration') return node.kind === 'await using';
  return node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await);
}

function isInFunction(node: Node, { parents }: ScopedSource): boolean {
  for (let above = parents.get(node); above; above = parents.get(above)) {
    if (/Function/.test(above.type)) return true;
  }
  return false;
}
