import MagicString from 'magic-string';
import { type Node, parseSync } from 'oxc-parser';
import { childrenOf } from '../notebook/scope.ts';
import { languageOf } from './target.ts';

/** The parameter by which a marked call is known in a profile; the line follows. */
export const MARK = '$memoirLine';

interface Call {
  /** The call, or the optional chain that it ends. */
  readonly node: Node;
  readonly line: number;
  readonly prefix: string;
}

/**
 * Gives calls a stack frame that tells their line, where a function calls the same name on several lines:
 * `f(1)` becomes `(($memoirLine9) => f(1))()`. V8 tells who called whom, but not from which line.
 * Calls around which no function can be put (`await` in their arguments, `super(…)`) stay as they are.
 */
export function markCalls(source: string, file: string): string {
  const { program } = parseSync(file, source, { lang: languageOf(file), astType: 'ts', range: true });
  const marked = new MagicString(source, { filename: file });
  let isMarked = false;
  for (const { node, line, prefix } of ambiguousCalls(program, source)) {
    marked.appendLeft(node.start, `${prefix}((${MARK}${line}) => `).appendLeft(node.end, ')()');
    isMarked = true;
  }
  if (!isMarked) return source;
  const map = marked.generateMap({ source: file, hires: 'boundary' });
  return `${marked}\n//# sourceMappingURL=${map.toUrl()}`;
}

/** Calls of one name on several lines of one function, outer ones first. */
function ambiguousCalls(program: Node, source: string): Call[] {
  const groups = new Map<Node, Map<string, Call[]>>();
  const lineAt = lineCounter(source);
  const visit = (node: Node, parent: Node | null, holder: Node | null, statement: Node | null): void => {
    const call = holder && callOf(node, parent, statement);
    if (call) {
      const names = groups.get(holder) ?? new Map<string, Call[]>();
      groups.set(holder, names);
      const calls = names.get(call.name) ?? [];
      names.set(call.name, calls);
      calls.push({ node, prefix: call.prefix, line: lineAt(call.at) });
    }
    const inside = /Function/.test(node.type) && !node.type.startsWith('TS') ? node : holder;
    const within = node.type === 'ExpressionStatement' ? node : statement;
    for (const child of childrenOf(node)) visit(child, node, inside, within);
  };
  visit(program, null, null, null);
  const ambiguous = [...groups.values()].flatMap((names) =>
    [...names.values()].filter((calls) => new Set(calls.map(({ line }) => line)).size > 1),
  );
  return ambiguous.flat().sort((a, b) => a.node.start - b.node.start || b.node.end - a.node.end);
}

/** What is called, where its name stands, and what must come before a function around the call; null where none fits. */
function callOf(
  node: Node,
  parent: Node | null,
  statement: Node | null,
): { name: string; at: number; prefix: string } | null {
  const call = node.type === 'ChainExpression' ? node.expression : node;
  if (call.type !== 'CallExpression' && call.type !== 'NewExpression') return null;
  if (node === call && isInChain(call, parent)) return null;
  if (parent?.type === 'Decorator' || hasAwaitOrYield(call)) return null;
  const { callee } = call;
  const name = callee.type === 'MemberExpression' && !callee.computed ? callee.property : callee;
  if (name.type !== 'Identifier' && name.type !== 'PrivateIdentifier') return null;
  const opens = statement !== null && statement.start === node.start; // a parenthesis would continue the line above
  if (opens && parent !== statement) return null;
  return { name: name.name, at: name.start, prefix: opens ? 'void ' : '' };
}

/** Whether a call is a link of an optional chain, which a function around it would cut. */
function isInChain(call: Node, parent: Node | null): boolean {
  if (parent?.type === 'ChainExpression') return true;
  let node: Node = call;
  while (node.type === 'CallExpression' || node.type === 'MemberExpression' || node.type === 'TSNonNullExpression') {
    if ('optional' in node && node.optional) return true;
    node =
      node.type === 'CallExpression' ? node.callee : node.type === 'MemberExpression' ? node.object : node.expression;
  }
  return false;
}

function hasAwaitOrYield(node: Node): boolean {
  for (const child of childrenOf(node)) {
    if (child.type === 'AwaitExpression' || child.type === 'YieldExpression') return true;
    if (!/Function/.test(child.type) && hasAwaitOrYield(child)) return true;
  }
  return false;
}

function lineCounter(source: string): (offset: number) => number {
  const starts = [0, ...[...source.matchAll(/\r\n?|\n/g)].map((match) => match.index + match[0].length)];
  return (offset) => {
    const after = starts.findIndex((start) => start > offset);
    return after < 0 ? starts.length : after;
  };
}
