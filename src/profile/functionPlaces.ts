import type { MethodDefinition, Node, ObjectProperty, PropertyDefinition } from 'oxc-parser';

/** How code in the function's own module gets hold of it. */
export interface FunctionAccess {
  /** Expression for the function in the scope of its module; `default` for an export that has no other name. */
  readonly expression: string;
  /** Expression for its `this`; null where it has none. */
  readonly self: string | null;
  /** The class whose instances it is called on. */
  readonly instanceOf: string | null;
  /** Text that must stand in the class for `expression` to work, for members named with `#`. */
  readonly insert: { readonly at: number; readonly text: string } | null;
}

/** Where a value can be found: how it is called, and how code reaches it and its `this`. */
export interface Place {
  readonly name: string;
  readonly expression: string | null;
  readonly self: string | null;
  readonly instanceOf: string | null;
  readonly reason: string;
}

export type Member = MethodDefinition | PropertyDefinition;

/** A name at the top of a module. */
export function reachable(name: string): Place {
  return { name, expression: name, self: null, instanceOf: null, reason: '' };
}

/** The default export, by its own name where it has one. */
export function defaultPlace(declaration: Node): Place {
  const named = 'id' in declaration && declaration.id && 'name' in declaration.id ? declaration.id.name : null;
  return named ? reachable(named) : { ...reachable('default'), expression: 'default' };
}

/** Where a class holds a member. */
export function memberPlace(member: Member, owner: Place): Place {
  const key = keyOf(member);
  const name = `${owner.name}.${key ?? '[computed]'}`;
  const unreachable = (reason: string): Place => ({ name, expression: null, self: null, instanceOf: null, reason });
  if (owner.expression === null) return unreachable(owner.reason);
  if (key === null) return unreachable('its name is computed');
  if (member.type === 'MethodDefinition' && (member.kind === 'get' || member.kind === 'set'))
    return unreachable('it is an accessor; profile a function that uses it');
  const type = owner.expression;
  if (member.type === 'MethodDefinition' && member.kind === 'constructor')
    return { name, expression: `(...$args) => new (${type})(...$args)`, self: null, instanceOf: null, reason: '' };
  if (key.startsWith('#')) {
    const door = `(${type}).$memoirDoor`;
    return member.static
      ? { name, expression: door, self: type, instanceOf: null, reason: '' }
      : { name, expression: door, self: null, instanceOf: type, reason: '' };
  }
  if (member.static) return { name, expression: `(${type})${access(key)}`, self: type, instanceOf: null, reason: '' };
  return { name, expression: `$self${access(key)}`, self: null, instanceOf: type, reason: '' };
}

/** Where an object holds a property. */
export function propertyPlace(property: Pick<ObjectProperty, 'key' | 'computed' | 'kind'>, owner: Place): Place {
  const key = keyOf(property);
  const isAccessor = property.kind !== 'init';
  const isReachable = owner.expression !== null && key !== null && !isAccessor && owner.instanceOf === null;
  return {
    name: `${owner.name}.${key ?? '[computed]'}`,
    expression: isReachable ? `${owner.expression}${access(key)}` : null,
    self: isReachable ? owner.expression : null,
    instanceOf: null,
    reason: isAccessor ? 'it is an accessor; profile a function that uses it' : owner.reason || 'its name is computed',
  };
}

/** A static member that opens a `#name`, static or not, to the code outside; on the class's last line. */
export function privateDoor(key: string, holder: Node): FunctionAccess['insert'] {
  return { at: holder.end - 1, text: `;static $memoirDoor(...args) { return this.${key}(...args); }` };
}

/** Null for a computed name. */
export function keyOf({ key, computed }: Pick<Member | ObjectProperty, 'key' | 'computed'>): string | null {
  if (key.type === 'PrivateIdentifier') return `#${key.name}`;
  if (key.type === 'Literal') return String(key.value);
  return key.type === 'Identifier' && !computed ? key.name : null;
}

function access(key: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
