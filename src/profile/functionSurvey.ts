import type {
  ArrowFunctionExpression,
  AssignmentExpression,
  Class,
  Function as FunctionNode,
  Node,
  VariableDeclaration,
} from 'oxc-parser';
import { childrenOf } from '../notebook/scope.ts';
import {
  defaultPlace,
  type FunctionAccess,
  keyOf,
  memberPlace,
  type Place,
  privateDoor,
  propertyPlace,
  reachable,
} from './functionPlaces.ts';

/** A function as it stands in a source file. */
export interface FunctionInfo {
  /** `name`, `Class.method`, `object.method`; inner functions by their own name. */
  readonly name: string;
  readonly kind: 'function' | 'arrow' | 'method' | 'constructor' | 'accessor';
  readonly isStatic: boolean;
  readonly isPrivate: boolean;
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  readonly parameters: number;
  /** Offsets of the function itself, and where its statements begin, behind directives; null for arrows, which know no `arguments`. */
  readonly code: { readonly start: number; readonly end: number; readonly body: number | null };
  /** UTF-16 offsets of the whole declaration. */
  readonly start: number;
  readonly end: number;
  /** From the comment above it to the end of its last line: where a cursor means this function. */
  readonly reach: readonly [number, number];
  /** From 1. */
  readonly line: number;
  readonly endLine: number;
  /** Null for functions that cannot be called from outside, with the reason. */
  readonly access: FunctionAccess | null;
  readonly reason: string | null;
}

type AnyFunction = FunctionNode | ArrowFunctionExpression;
type Span = Pick<Node, 'start' | 'end'>;

/** Walks a syntax tree and notes every function with the way to it. */
export class FunctionSurvey {
  readonly found: FunctionInfo[] = [];
  readonly #source: string;
  readonly #lineStarts: readonly number[];
  /** Where comments begin, by where they end. */
  readonly #comments: ReadonlyMap<number, number>;

  constructor(source: string, comments: readonly Span[]) {
    this.#source = source;
    this.#comments = new Map(comments.map(({ start, end }) => [end, start]));
    this.#lineStarts = [0, ...[...source.matchAll(/\r\n?|\n/g)].map((match) => match.index + match[0].length)];
  }

  statement(node: Node): void {
    const isNamed = node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration';
    if (node.type === 'ExportNamedDeclaration' && node.declaration) this.statement(node.declaration);
    else if (node.type === 'ExportDefaultDeclaration')
      this.#value(node.declaration, defaultPlace(node.declaration), node);
    else if (isNamed && node.id) this.#value(node, reachable(node.id.name), node);
    else if (node.type === 'VariableDeclaration') this.#variables(node);
    else if (node.type === 'ExpressionStatement' && node.expression.type === 'AssignmentExpression')
      this.#assignment(node.expression, node);
    else this.#inside(node, 'the module');
  }

  #variables(statement: VariableDeclaration): void {
    for (const { id, init } of statement.declarations) {
      if (init && id.type === 'Identifier') this.#value(init, reachable(id.name), statement);
      else if (init) this.#inside(init, 'a pattern');
    }
  }

  /** `exports.name = …`, `module.exports = …`, `Name.prototype.name = …`. */
  #assignment({ left, right }: AssignmentExpression, statement: Node): void {
    if (left.type !== 'MemberExpression' || left.computed) {
      this.#inside(right, 'an assignment');
      return;
    }
    const expression = this.#text(left);
    const self = this.#text(left.object);
    const name = expression.replace(/^(module\.)?exports\.?/, '').replace('.prototype.', '.') || 'default';
    const instanceOf = /^([\w$]+)\.prototype$/.exec(self)?.[1] ?? null;
    this.#value(right, { name, expression, self: instanceOf ? null : self, instanceOf, reason: '' }, statement);
  }

  /** A value that stands at `place`; `whole` is the statement or member around it. */
  #value(value: Node, place: Place, whole: Node): void {
    const node = unwrapped(value);
    switch (node.type) {
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.#note(node, place, whole, node.type === 'ArrowFunctionExpression' ? 'arrow' : 'function');
        return;
      case 'ClassDeclaration':
      case 'ClassExpression':
        for (const member of node.body.body) this.#member(member, place, node);
        return;
      case 'ObjectExpression':
        for (const property of node.properties) this.#property(property, place);
        return;
      case 'CallExpression': // const f = memoize(() => …): calling `f` runs it
        for (const argument of node.arguments) this.#value(argument, place, whole);
        return;
      default:
        this.#inside(node, place.name);
    }
  }

  #member(member: Node, owner: Place, holder: Class): void {
    const isMember = member.type === 'MethodDefinition' || member.type === 'PropertyDefinition';
    const value = isMember && member.value ? unwrapped(member.value) : null;
    if (!isMember || !value || !isFunction(value)) {
      this.#inside(value ?? member, owner.name);
      return;
    }
    const key = keyOf(member);
    const place = memberPlace(member, owner);
    const kind = 'kind' in member ? member.kind : 'arrow';
    const shown = kind === 'get' || kind === 'set' ? 'accessor' : kind;
    this.#note(value, place, member, shown, {
      isStatic: member.static,
      isPrivate: member.key.type === 'PrivateIdentifier' || member.accessibility === 'private',
      insert: key?.startsWith('#') && place.expression ? privateDoor(key, holder) : null,
    });
  }

  #property(property: Node, owner: Place): void {
    if (property.type !== 'Property') {
      this.#inside(property, owner.name);
      return;
    }
    const place = propertyPlace(property, owner);
    const isAccessor = property.kind !== 'init';
    const value = unwrapped(property.value);
    if (isFunction(value))
      this.#note(value, place, property, isAccessor ? 'accessor' : property.method ? 'method' : 'arrow');
    else this.#value(value, place, property);
  }

  /** Functions that only live while the code around them runs. */
  #inside(node: Node, around: string): void {
    if (!isFunction(node)) {
      for (const child of childrenOf(node)) this.#named(child, node, around);
      return;
    }
    const own = 'id' in node && node.id ? node.id.name : null;
    this.#inner(node, own ?? `${around} (anonymous)`, around);
  }

  /** A child of `parent`, which may give it its name. */
  #named(child: Node, parent: Node, around: string): void {
    const value = unwrapped(child);
    const named =
      parent.type === 'VariableDeclarator' && parent.init === child && parent.id.type === 'Identifier'
        ? parent.id.name
        : (parent.type === 'MethodDefinition' || parent.type === 'PropertyDefinition' || parent.type === 'Property') &&
            parent.value === child
          ? keyOf(parent)
          : null;
    if (named !== null && isFunction(value)) this.#inner(value, named, around);
    else this.#inside(child, around);
  }

  #inner(node: AnyFunction, name: string, around: string): void {
    const reason = `it is made anew inside ${around}; profile ${around} instead`;
    const place = { name, expression: null, self: null, instanceOf: null, reason };
    this.#note(node, place, node, node.type === 'ArrowFunctionExpression' ? 'arrow' : 'function');
  }

  #note(
    node: AnyFunction,
    { name, expression, self, instanceOf, reason }: Place,
    whole: Node,
    kind: FunctionInfo['kind'],
    more: Partial<Pick<FunctionInfo, 'isStatic' | 'isPrivate'>> & Pick<Partial<FunctionAccess>, 'insert'> = {},
  ): void {
    if (!node.body) return; // an overload or a declaration without code
    const { insert = null, ...flags } = more;
    this.found.push({
      name,
      kind,
      isStatic: false,
      isPrivate: false,
      ...flags,
      isAsync: node.async,
      isGenerator: node.generator,
      parameters: node.params.length,
      code: { start: node.start, end: node.end, body: bodyOf(node) },
      start: whole.start,
      end: whole.end,
      reach: [this.#startOfHead(whole.start), this.#endOfLine(whole.end)],
      line: this.#lineOf(whole.start),
      endLine: this.#lineOf(whole.end),
      access: expression === null ? null : { expression, self, instanceOf, insert },
      reason: expression === null ? reason : null,
    });
    for (const child of childrenOf(node)) this.#named(child, node, name);
  }

  /** Where what belongs to a declaration begins: comments above it, `export`, the blanks before it in its line. */
  #startOfHead(start: number): number {
    let at = start;
    while (/\s/.test(this.#source[at - 1] ?? '')) at -= 1;
    const word = /\b(export|default)$/.exec(this.#source.slice(Math.max(0, at - 8), at));
    const above = word ? at - word[0].length : this.#comments.get(at);
    return above === undefined ? Math.max(at, this.#lineStarts[this.#lineOf(start) - 1]!) : this.#startOfHead(above);
  }

  /** The end of a declaration's last line where nothing follows but a comment. */
  #endOfLine(end: number): number {
    const rest = /^[ \t]*[;,]?[ \t]*(\/\/.*)?(?=[\r\n]|$)/.exec(this.#source.slice(end, this.#nextLine(end)));
    return end + (rest?.[0].length ?? 0);
  }

  #nextLine(offset: number): number {
    return this.#lineStarts[this.#lineOf(offset)] ?? this.#source.length;
  }

  #text({ start, end }: Node): string {
    return this.#source.slice(start, end);
  }

  #lineOf(offset: number): number {
    let low = 0;
    let high = this.#lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#lineStarts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }
}

function isFunction(node: Node): node is AnyFunction {
  return /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);
}

function bodyOf({ type, body }: AnyFunction): number | null {
  if (type === 'ArrowFunctionExpression' || body?.type !== 'BlockStatement') return null;
  const directives = body.body.filter((statement) => 'directive' in statement && statement.directive);
  return directives.at(-1)?.end ?? body.start + 1;
}

/** What stands behind parentheses and type assertions. */
function unwrapped(node: Node): Node {
  switch (node.type) {
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
      return unwrapped(node.expression);
    default:
      return node;
  }
}
