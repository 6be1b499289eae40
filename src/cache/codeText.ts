import { analyze } from '@typescript-eslint/scope-manager';
import { type Node, type Program, parseSync, visitorKeys } from 'oxc-parser';

/** What the text of a function says, and what it mentions. */
export interface CodeMentions {
  /** The code as it is understood: comments, layout and the spelling of texts and numbers do not count. */
  readonly shape: string;
  /** Names that it does not declare, each with the properties read of it; null where it is used in other ways, too. */
  readonly free: ReadonlyMap<string, ReadonlySet<string> | null>;
  /** Those of them that it assigns, or changes by what it does with them: `counter++`, `list.push(item);`, `memo[key] = …`. */
  readonly changed: ReadonlySet<string>;
  /** Names of environment variables that it reads; null where they are worked out. */
  readonly environment: ReadonlySet<string> | null;
  /** Whether it runs code that is in no file: `eval`, `new Function`. */
  readonly makesCode: boolean;
  /** What it loads while it runs: specifiers, or what stands in place of one. */
  readonly loads: readonly string[];
}

/** Reads the text of a function or class, as `toString` gives it. Null where it cannot be read. */
export function codeMentions(text: string): CodeMentions | null {
  const whole = [`(${text});`, `({ ${text} });`, `(class { ${text} });`].find((one) => parsed(one) !== null);
  const program = whole && parsed(whole);
  if (!program) return null;
  const parents = parentsOf(program);
  // Both libraries speak ESTree; only their type declarations differ.
  const scope = analyze(program as unknown as Parameters<typeof analyze>[0], { sourceType: 'module', lib: [] });
  const free = new Map<string, Set<string> | null>();
  const changed = new Set<string>();
  const environment: (string | null)[] = [];
  for (const reference of scope.globalScope?.through ?? []) {
    const node = reference.identifier as unknown as Node & { name: string };
    if (reference.isWrite() || isChangedIn(node, parents)) changed.add(node.name);
    const member = memberOf(node, parents);
    addMember(free, node.name, member);
    const variable = node.name === 'process' ? environmentOf(node, member, parents) : undefined;
    if (variable !== undefined) environment.push(variable);
  }
  const names = environment.filter((one) => one !== null);
  return {
    shape: JSON.stringify(program.body, shapeOf),
    free,
    changed,
    environment: names.length === environment.length ? new Set(names) : null,
    makesCode: free.has('eval') || free.has('Function'),
    loads: [...parents.keys()].flatMap((node) => loadedBy(node, whole)),
  };
}

const PLACES = new Set(['start', 'end', 'range', 'parent']);

function shapeOf(this: unknown, name: string, value: unknown): unknown {
  if (PLACES.has(name) || (name === 'raw' && (this as Node).type === 'Literal')) return undefined;
  return typeof value === 'bigint' ? `${value}n` : value;
}

function parsed(text: string): Program | null {
  const { program, errors } = parseSync('function.js', text, {
    lang: 'js',
    sourceType: 'module',
    astType: 'ts',
    range: true,
    preserveParens: false,
  });
  return errors.length === 0 ? program : null;
}

function parentsOf(program: Program): Map<Node, Node> {
  const parents = new Map<Node, Node>();
  const pending: Node[] = [program];
  for (let node = pending.pop(); node; node = pending.pop()) {
    for (const key of visitorKeys[node.type] ?? []) {
      const child = (node as unknown as Record<string, Node | (Node | null)[] | null>)[key];
      for (const one of Array.isArray(child) ? child : [child]) {
        if (!one) continue;
        parents.set(one, node);
        pending.push(one);
      }
    }
  }
  return parents;
}

/** The name of the property that is read of `object`; null where it is something else that is done with it. */
function memberOf(object: Node, parents: ReadonlyMap<Node, Node>): string | null {
  const user = parents.get(object);
  if (user?.type !== 'MemberExpression' || user.object !== object) return null;
  if (!user.computed) return user.property.type === 'Identifier' ? user.property.name : null;
  return user.property.type === 'Literal' && typeof user.property.value === 'string' ? user.property.value : null;
}

/** Whether something inside of `object` is assigned, or one of its methods is called for its effect. */
function isChangedIn(object: Node, parents: ReadonlyMap<Node, Node>): boolean {
  let node = object;
  let user = parents.get(node);
  while (user?.type === 'MemberExpression' && user.object === node) {
    node = user;
    user = parents.get(node);
  }
  if (node === object) return false;
  if (user?.type === 'AssignmentExpression') return user.left === node;
  if (user?.type === 'UpdateExpression' || (user?.type === 'UnaryExpression' && user.operator === 'delete'))
    return true;
  return user?.type === 'CallExpression' && user.callee === node && parents.get(user)?.type === 'ExpressionStatement';
}

function addMember(free: Map<string, Set<string> | null>, name: string, member: string | null): void {
  const known = free.get(name);
  if (member === null || known === null) free.set(name, null);
  else free.set(name, (known ?? new Set()).add(member));
}

/** The variable in `process.env.NAME`; null for one that is worked out, undefined for anything else. */
function environmentOf(node: Node, member: string | null, parents: ReadonlyMap<Node, Node>): string | null | undefined {
  return member === 'env' ? memberOf(parents.get(node)!, parents) : undefined;
}

function loadedBy(node: Node, text: string): string[] {
  const source =
    node.type === 'ImportExpression'
      ? node.source
      : node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === 'require'
        ? node.arguments[0]
        : undefined;
  if (!source) return [];
  return [source.type === 'Literal' ? String(source.value) : text.slice(source.start, source.end)];
}
