import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { types } from 'node:util';
import { messageOf } from '../base/errors.ts';
import { NotEncodable } from './codec.ts';
import { type CodeMentions, codeMentions } from './codeText.ts';
import { digestParts, keyDigest } from './key.ts';
import { type LoadedFunction, LoadedFunctions } from './loadedFunctions.ts';

type AnyFunction = (...args: never[]) => unknown;

/** What the results of a function depend on beside its arguments, as far as it can be followed. */
export interface FunctionCode {
  readonly digest: string;
  /** Its parts by name, each as a digest: `code`, `code of helper`, `captured limit`, `package d3-array`. */
  readonly components: ReadonlyMap<string, string>;
  /** What it depends on that is in no digest, each in a sentence. */
  readonly notFollowed: readonly string[];
}

export interface FunctionCodeOptions {
  /** For values that must not be stored, such as those of environment variables. */
  readonly keyedDigest: (text: string) => string;
  /** The function behind a wrapper of ours. */
  readonly behind: (fn: AnyFunction) => AnyFunction | undefined;
}

/**
 * Reads a function of this program, the local functions that it calls, those that these call, and the constants that all
 * of them capture, as they are loaded right now. Packages count by their version. Takes some ten milliseconds.
 */
export function functionCode(fn: AnyFunction, options: FunctionCodeOptions): FunctionCode {
  const walk = new Walk(options);
  walk.run(fn);
  const components = new Map([...walk.components, ['runtime', runtime()]]);
  const digest = digestParts('function-1', Object.fromEntries(components));
  return { digest, components, notFollowed: [...walk.notFollowed] };
}

const own = new URL(import.meta.url.endsWith('.ts') ? '..' : '.', import.meta.url).href;
const mostFunctions = 1000;

class Walk {
  readonly components = new Map<string, string>();
  readonly notFollowed = new Set<string>();
  readonly #options: FunctionCodeOptions;
  readonly #seen = new Set<AnyFunction>();
  #loaded: LoadedFunctions | null = null;

  constructor(options: FunctionCodeOptions) {
    this.#options = options;
  }

  run(fn: AnyFunction): void {
    try {
      this.#loaded = new LoadedFunctions();
    } catch (error) {
      this.notFollowed.add(`What the function calls is not in its keys: ${messageOf(error)}.`);
    }
    try {
      this.#follow(fn, '');
    } finally {
      this.#loaded?.close();
    }
  }

  #follow(wrapped: AnyFunction, name: string): void {
    const fn = this.#options.behind(wrapped) ?? wrapped;
    if (this.#seen.has(fn) || this.#seen.size >= mostFunctions) return;
    this.#seen.add(fn);
    const text = Function.prototype.toString.call(fn);
    const loaded = this.#loaded?.find(fn) ?? null;
    if (/\{\s*\[native code\]\s*\}$/.test(text)) {
      if (fn.name.startsWith('bound ')) this.#say(`${name || 'It'} is a bound function, whose code is not in its keys`);
    } else if (!loaded || isLocal(loaded.url)) this.#local(name, text, loaded);
    else if (!loaded.url.startsWith('node:') && !loaded.url.startsWith(own)) this.#package(loaded.url);
    const base: unknown = Object.getPrototypeOf(fn);
    if (typeof base === 'function' && base !== Function.prototype) this.#follow(base as AnyFunction, base.name);
  }

  #local(name: string, text: string, loaded: LoadedFunction | null): void {
    const mentions = codeMentions(text);
    this.#add(name ? `code of ${name}` : 'code', keyDigest(mentions?.shape ?? text));
    const who = name || 'The function';
    if (!mentions) {
      this.#say(`What ${who} calls is not in its keys, as its code cannot be read`);
      return;
    }
    this.#addEnvironment(who, mentions);
    if (mentions.makesCode) this.#say(`${who} runs code that it makes, which is not in its keys`);
    for (const what of mentions.loads) this.#say(`${who} loads ${what} while it runs, whose code is not in its keys`);
    for (const [free, members] of mentions.free) {
      const scope = loaded?.scopes.find((variables) => free in variables);
      if (!scope || free === 'process') continue;
      this.#capture(free, scope[free], members, mentions.changed.has(free) ? who : null);
    }
  }

  #addEnvironment(who: string, { environment }: CodeMentions): void {
    if (!environment)
      this.#say(`${who} reads environment variables by names that it works out, which are not in its keys`);
    for (const name of environment ?? []) {
      const value = process.env[name];
      this.#add(`environment variable ${name}`, value === undefined ? 'unset' : this.#options.keyedDigest(value));
    }
  }

  /** What a variable holds: followed where it is a function, digested where it is data. */
  #capture(name: string, value: unknown, members: ReadonlySet<string> | null, changedBy: string | null): void {
    if (typeof value === 'function') {
      this.#follow(value as AnyFunction, name);
      return;
    }
    try {
      const digest = keyDigest(value);
      if (changedBy)
        this.#say(`What ${name} holds is not in its keys, as ${changedBy.replace(/^The/, 'the')} changes it`);
      else this.#add(`captured ${name}`, digest);
    } catch (error) {
      if (!(error instanceof NotEncodable)) throw error;
      this.#captureMembers(name, value as object, members, error); // anything else has a digest
    }
  }

  /** Of an object that holds functions those that are used: methods of a handle, exports of a module. */
  #captureMembers(name: string, value: object, members: ReadonlySet<string> | null, why: NotEncodable): void {
    const isOpen = isPlain(value) || types.isModuleNamespaceObject(value);
    if (!isOpen)
      this.#say(`What ${name} holds is not in its keys: it is ${why.path ? `made of ${why.reason}` : why.reason}`);
    else if (members === null && why.reason !== 'a function' && isPlain(value)) {
      this.#say(`What ${name} holds is not in its keys: ${why.path} is ${why.reason}`);
    }
    if (types.isProxy(value)) return;
    for (const member of members ?? (isOpen ? Object.keys(value) : [])) {
      const part = dataOf(value, member);
      if (typeof part === 'function') this.#follow(part as AnyFunction, `${name}.${member}`);
      else if (isOpen && part !== undefined) this.#capture(`${name}.${member}`, part, null, null);
    }
  }

  #package(url: string): void {
    const { name, version } = packageOf(url);
    this.#add(`package ${name}`, version);
  }

  #add(name: string, digest: string): void {
    let free = name;
    for (let number = 2; this.components.has(free) && this.components.get(free) !== digest; number++) {
      free = `${name} (${number})`;
    }
    this.components.set(free, digest);
  }

  #say(sentence: string): void {
    this.notFollowed.add(`${sentence}.`);
  }
}

function isLocal(url: string): boolean {
  return !url.startsWith('node:') && !url.startsWith(own) && !/[\\/]node_modules[\\/]/.test(url);
}

function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || prototype === Array.prototype;
}

/** The value of a property, own or inherited; getters are not called. */
function dataOf(object: object, name: string): unknown {
  for (let at: object | null = object; at; at = Object.getPrototypeOf(at)) {
    const property = Object.getOwnPropertyDescriptor(at, name);
    if (property) return property.value;
  }
  return undefined;
}

function packageOf(url: string): { readonly name: string; readonly version: string } {
  const unknown = { name: url, version: 'unknown' };
  if (!url.startsWith('file:')) return unknown;
  for (let folder = dirname(fileURLToPath(url)); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      if (typeof name === 'string' && typeof version === 'string') return { name, version };
    } catch {
      // The next folder up may have one.
    }
  }
  return unknown;
}

/** What runs the code. */
function runtime(): string {
  const { locale, timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return [`node ${process.versions.node.split('.')[0]}`, process.platform, process.arch, timeZone, locale].join(' ');
}
