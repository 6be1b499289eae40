import type { ImportBinding } from './parseImports.ts';
import type { Node, ScopedSource, Use } from './scope.ts';

/** What makes a run not repeatable, as far as names in the code tell. */
export type ImpureKind = 'clock' | 'randomness';

type Member = string | null;

/** Globals of which single members are impure. */
const IMPURE_MEMBERS: Readonly<Record<string, Readonly<Record<string, ImpureKind>>>> = {
  process: { hrtime: 'clock', uptime: 'clock', memoryUsage: 'clock', cpuUsage: 'clock', resourceUsage: 'clock' },
  Temporal: { Now: 'clock' },
};

/** What stands for a use of a global, or null where it is harmless. */
export function globalReplacement({ name, node }: Use, source: ScopedSource, memoir: string): string | null {
  const member = memberOf(node, source);
  switch (name) {
    case 'performance':
    case 'crypto':
      return `${memoir}.${name}`;
    case 'Math':
      if (member === 'random') return memoir; // `Math.random` becomes `$memoir.random`
      return member ? null : `${memoir}.Math`;
    case 'Date':
      if (member === 'now') return memoir;
      return member || isHarmlessDate(node, source) ? null : `${memoir}.Date`;
    case 'globalThis':
    case 'global':
      return member && ['Date', 'Math', 'performance', 'crypto'].includes(member) ? memoir : null;
    default: {
      const kind = member && Object.hasOwn(IMPURE_MEMBERS, name) ? IMPURE_MEMBERS[name]![member] : undefined;
      return kind ? `${memoir}.touch('${kind}', ${name})` : null;
    }
  }
}

const RANDOM = [
  'randomBytes',
  'randomFill',
  'randomFillSync',
  'randomInt',
  'randomUUID',
  'getRandomValues',
  'webcrypto',
];
const KEYS = [
  'generateKey',
  'generateKeySync',
  'generateKeyPair',
  'generateKeyPairSync',
  'generatePrime',
  'generatePrimeSync',
];
const IMPURE_EXPORTS: Readonly<Record<string, { readonly kind: ImpureKind; readonly names: readonly string[] }>> = {
  crypto: { kind: 'randomness', names: [...RANDOM, ...KEYS] },
  perf_hooks: { kind: 'clock', names: ['performance'] },
  process: { kind: 'clock', names: ['hrtime', 'uptime', 'memoryUsage', 'cpuUsage', 'resourceUsage'] },
  os: { kind: 'clock', names: ['uptime', 'freemem', 'loadavg'] },
};

/** What stands for a use of an imported name, or null where it is harmless. */
export function importReplacement(
  { name, node }: Use,
  binding: ImportBinding,
  source: ScopedSource,
  memoir: string,
): string | null {
  const impure = IMPURE_EXPORTS[binding.specifier.replace(/^node:/, '')];
  if (!impure || isConstructed(node, source)) return null;
  const whole = ['default', '*', 'export='].includes(binding.imported);
  const isImpure = whole
    ? isImpureMember(memberOf(node, source), impure.names)
    : impure.names.includes(binding.imported);
  return isImpure ? `${memoir}.touch('${impure.kind}', ${name})` : null;
}

/** A member that cannot be named may be any of them. */
function isImpureMember(member: Member, names: readonly string[]): boolean {
  return member === null || names.includes(member);
}

/** `name` in `node.name` and `node['name']`; null where the object itself is used. */
function memberOf(node: Node, { parents }: ScopedSource): Member {
  const parent = parents.get(node);
  if (parent?.type !== 'MemberExpression' || parent.object !== node) return null;
  const { computed, property } = parent;
  if (!computed) return property.type === 'Identifier' ? property.name : null;
  return property.type === 'Literal' && typeof property.value === 'string' ? property.value : null;
}

const COMPARISONS = new Set(['instanceof', '===', '!==', '==', '!=']);

/** Uses of `Date` that cannot read the clock: `new Date(x)`, comparing it, asking for its type. */
function isHarmlessDate(node: Node, { parents }: ScopedSource): boolean {
  const parent = parents.get(node);
  switch (parent?.type) {
    case 'NewExpression':
      return parent.callee === node && parent.arguments.length > 0 && parent.arguments[0]!.type !== 'SpreadElement';
    case 'BinaryExpression':
      return COMPARISONS.has(parent.operator);
    case 'UnaryExpression':
      return parent.operator === 'typeof';
    case 'SwitchCase':
      return parent.test === node;
    default:
      return false;
  }
}

/** Whether `node` begins the callee of `new`, where no call can be put in its place. */
function isConstructed(node: Node, { parents }: ScopedSource): boolean {
  let callee = node;
  let user = parents.get(callee);
  while (user?.type === 'MemberExpression' && user.object === callee) {
    callee = user;
    user = parents.get(callee);
  }
  return user?.type === 'NewExpression' && user.callee === callee;
}
