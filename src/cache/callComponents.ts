import { inspect } from 'node:util';
import type { CallComponents } from './callHistory.ts';
import { plainText } from './plainText.ts';

const mostNames = 20;
const longest = 40;

/** The parts of a call one by one: each argument, and each property of those that are small plain objects. */
export function argumentComponents(args: readonly unknown[]): Map<string, string> {
  const components = new Map<string, string>([['number of arguments', String(args.length)]]);
  for (const [index, value] of args.entries()) {
    const name = `argument ${index + 1}`;
    const properties = propertiesOf(value);
    if (!properties) components.set(name, brief(value));
    else for (const [key, part] of properties) components.set(`${name}.${key}`, brief(part));
  }
  return components;
}

/** A call as it is called in messages: `load(7, "a")`. */
export function nameOfCall(name: string, args: readonly unknown[]): string {
  return `${name}(${briefText(args.map(brief).join(', '))})`;
}

/** Components of a call with those of files added. */
export function withFiles(components: CallComponents, files: ReadonlyMap<string, string>): CallComponents {
  return new Map([...components, ...[...files].map(([path, digest]) => [`file ${path}`, digest] as const)]);
}

function propertiesOf(value: unknown): [string, unknown][] | null {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return null;
  const properties = Object.entries(value); // it has a key, so there are no getters
  return properties.length > 0 && properties.length <= mostNames ? properties : null;
}

/** A value in a few words, by which most that are different can be told apart. */
function brief(value: unknown): string {
  if (typeof value === 'string') return briefText(JSON.stringify(value));
  if (typeof value === 'bigint') return briefText(`${value}n`);
  if (Object.is(value, -0)) return '-0';
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Date) return `Date ${value.getTime()}`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${value.byteLength} bytes`;
  if (value instanceof Map || value instanceof Set) return `${value.constructor.name} of ${value.size}`;
  if (plainText([value]) !== null) return briefText(inspect(value, { breakLength: Number.POSITIVE_INFINITY }));
  return Array.isArray(value) ? `array of ${value.length}` : 'object';
}

function briefText(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}… (${text.length} characters)`;
}
