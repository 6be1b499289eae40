import { endOfName, type IdentifierNode, type Node, readSource } from './scope.ts';

/**
 * A cell's text with a name of its own called otherwise wherever the text means it; null when the cell does not declare
 * that name at its top level, or declares a class that speaks of itself. What the text exports or takes from elsewhere keeps the name it has there.
 */
export function renameInCell(text: string, name: string, to: string): string | null {
  const { locals, parents } = readSource(text);
  const local = locals.find((one) => one.name === name);
  if (!local || local.definitions.some(({ node }) => namesItself(node, name, text))) return null;
  const places = new Map(
    [...local.definitions.map((one) => one.name), ...local.uses.map(({ node }) => node)].map((node) => [
      node.start,
      node,
    ]),
  );
  return [...places.values()]
    .sort((a, b) => b.start - a.start)
    .reduce(
      (changed, node) => changed.slice(0, node.start) + written(node, parents, to) + changed.slice(endOfName(node)),
      text,
    );
}

/** Inside its body a class has its name as a name of its own, which nothing leads to. */
function namesItself(node: Node, name: string, text: string): boolean {
  return node.type === 'ClassDeclaration' && text.slice(node.body.start, node.body.end).includes(name);
}

/** The new name as it has to stand where the old one did double duty: `{ a }`, `import { a }`, `export { a }`. */
function written(node: IdentifierNode, parents: ReadonlyMap<Node, Node>, to: string): string {
  const parent = parents.get(node);
  const around = parent?.type === 'AssignmentPattern' ? parents.get(parent) : parent;
  if (around?.type === 'Property' && around.shorthand) return `${node.name}: ${to}`;
  if (parent?.type === 'ImportSpecifier' && parent.imported.start === node.start) return `${node.name} as ${to}`;
  if (parent?.type === 'ExportSpecifier' && parent.exported.start === node.start) return `${to} as ${node.name}`;
  return to;
}
