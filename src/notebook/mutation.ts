import type { CellError, CellId, RunReply } from '../protocol/kernel.ts';
import { positionAt } from './position.ts';
import type { Program } from './program.ts';
import { isChanged, type Node, outermostMember, readSource, type ScopedSource } from './scope.ts';

/** The error of a cell whose run changed a value of another cell, at the line that did it where the text shows one. */
export function mutationError(program: Program, id: CellId, mutated: RunReply['mutated']): CellError | null {
  const [first] = mutated;
  if (!first) return null;
  const message = `This cell changed \`${first.name}\`, which belongs to ${program.label(first.cell)}. To keep it whole, ${first.advice}.`;
  const { source } = program.cells.get(id)!;
  const guilty = mutated.map(({ name }) => firstChange(readSource(source), name)).find((start) => start !== null);
  const place = guilty === undefined ? { line: null, column: null } : positionAt(source, guilty);
  return { name: 'MutationError', message, ...place };
}

const CHANGES = new Set([
  ...['push', 'pop', 'shift', 'unshift', 'splice', 'sort', 'reverse', 'fill', 'copyWithin'],
  ...['set', 'add', 'delete', 'clear', 'append', 'setDate', 'setFullYear', 'setHours', 'setMonth', 'setTime'],
]);
const CHANGE_FIRST = new Set([
  'assign',
  'defineProperty',
  'defineProperties',
  'setPrototypeOf',
  'set',
  'deleteProperty',
]);

/** Where a cell assigns to a part of `name`, calls a method that changes it, or has it changed by `Object` or `Reflect`. */
function firstChange({ free, parents }: ScopedSource, name: string): number | null {
  const guilty = free.find(({ name: used, node, erased }) => {
    if (used !== name || erased) return false;
    const member = outermostMember(node, parents);
    const user = parents.get(member);
    if (isChanged(member, parents)) return true;
    if (user?.type !== 'CallExpression') return false;
    return user.callee === member
      ? CHANGES.has(propertyOf(member))
      : isChangedBy(user.callee, member === user.arguments[0]);
  });
  return guilty?.node.start ?? null;
}

function isChangedBy(callee: Node, first: boolean): boolean {
  return first && callee.type === 'MemberExpression' && CHANGE_FIRST.has(propertyOf(callee));
}

function propertyOf(node: Node): string {
  return node.type === 'MemberExpression' && node.property.type === 'Identifier' ? node.property.name : '';
}
