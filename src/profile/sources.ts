import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Node, parseSync } from 'oxc-parser';
import { childrenOf } from '../notebook/scope.ts';
import type { FunctionInfo } from './functionSurvey.ts';
import { languageOf, listFunctions } from './target.ts';

/** A call as it stands in a text. */
interface CallSite {
  /** The last name of what is called, as its own module calls it. */
  readonly callee: string | null;
  /** Functions handed over by name. */
  readonly handed: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

/** What is known of a file. */
interface SourceFile {
  readonly text: string;
  readonly lineStarts: readonly number[];
  readonly functions: readonly FunctionInfo[];
  /** Worked out when first asked for. */
  calls: readonly CallSite[] | null;
}

/** Knows the sources of profiled code as they were when the profile was taken. */
export class Sources {
  readonly #files = new Map<string, SourceFile | null>();
  readonly #texts: ReadonlyMap<string, string>;
  readonly #nameOfBody: (file: string) => string | null;

  /**
   * @param texts files whose text is not what is on disk
   * @param nameOfBody what a file's statements are called where they count as a function; null where they do not
   */
  constructor(texts: ReadonlyMap<string, string>, nameOfBody: (file: string) => string | null = () => null) {
    this.#texts = texts;
    this.#nameOfBody = nameOfBody;
  }

  lineCount(file: string): number {
    return this.#file(file)?.lineStarts.length ?? Number.POSITIVE_INFINITY;
  }

  /** The innermost function around a place (line and column from 1). */
  functionAt(file: string, line: number, column: number): FunctionInfo | null {
    const source = this.#file(file);
    const offset = (source?.lineStarts[line - 1] ?? Number.NaN) + column - 1;
    return source ? innermostAt(source, offset) : null;
  }

  /** The innermost function around the first word of a line. */
  functionOfLine(file: string, line: number): FunctionInfo | null {
    const source = this.#file(file);
    const start = source?.lineStarts[line - 1];
    if (!source || start === undefined) return null;
    return innermostAt(source, start + source.text.slice(start).search(/\S|$/));
  }

  /**
   * Lines of `file` where `caller` calls `callee`. A CPU profile tells which function called which, not from where;
   * the text does, unless the same function is called on several lines.
   */
  callLines(
    file: string,
    caller: FunctionInfo,
    callee: { name: string; info: FunctionInfo | null },
  ): readonly number[] {
    const source = this.#file(file);
    if (!source) return [];
    source.calls ??= callsOf(source.text, file, source.lineStarts);
    const calls = source.calls.filter(({ start }) => innermostAt(source, start) === caller);
    const name = callee.info?.kind === 'constructor' ? callee.name.split('.').at(-2) : callee.name.split('.').at(-1);
    const direct = calls.filter((call) => call.callee === name);
    if (direct.length) return linesOf(direct);
    const handed = calls.filter((call) => name !== undefined && call.handed.includes(name));
    if (handed.length) return linesOf(handed);
    if (callee.info && source.functions.includes(callee.info))
      return linesOf(calls.filter(around(callee.info)).slice(-1));
    return patternLines(source, caller, callee.name);
  }

  digest(file: string): string | null {
    const source = this.#file(file);
    return source && sourceDigest(source.text);
  }

  #file(file: string): SourceFile | null {
    const known = this.#files.get(file);
    if (known !== undefined) return known;
    const source = this.#read(file);
    this.#files.set(file, source);
    return source;
  }

  #read(file: string): SourceFile | null {
    try {
      const text = this.#texts.get(file) ?? readFileSync(file, 'utf8');
      const lineStarts = [0, ...[...text.matchAll(/\r\n?|\n/g)].map((match) => match.index + match[0].length)];
      const body = this.#nameOfBody(file);
      const whole = body === null ? [] : [wholeFile(body, text.length, lineStarts.length)];
      return { text, lineStarts, functions: [...whole, ...listFunctions(text, file)], calls: null };
    } catch {
      return null; // a name that is no file, or one that has gone
    }
  }
}

/** A file as the function that its statements are the body of. */
function wholeFile(name: string, end: number, endLine: number): FunctionInfo {
  const is = { kind: 'function', isStatic: false, isPrivate: false, isAsync: true, isGenerator: false } as const;
  const place = { start: 0, end: end + 1, reach: [0, end], line: 1, endLine } as const;
  return {
    name,
    ...is,
    ...place,
    code: { start: 0, end, body: null },
    parameters: 0,
    access: null,
    reason: 'it is a whole file',
  };
}

/** By which a text is known to be the one that was measured; a byte order mark does not count. */
export function sourceDigest(text: string): string {
  return createHash('sha256')
    .update(text.replace(/^\uFEFF/, ''))
    .digest('hex');
}

/** Whether a file belongs to a package rather than to the user. */
export function isPackage(file: string): boolean {
  return /[\\/]node_modules[\\/]/.test(file);
}

function innermostAt({ functions }: SourceFile, offset: number): FunctionInfo | null {
  let best: FunctionInfo | null = null;
  for (const one of functions) {
    if (one.start <= offset && offset < one.end && (!best || one.end - one.start <= best.end - best.start)) best = one;
  }
  return best;
}

function around({ start, end }: FunctionInfo): (call: CallSite) => boolean {
  return (call) => call.start <= start && end <= call.end;
}

function linesOf(calls: readonly CallSite[]): readonly number[] {
  return [...new Set(calls.map(({ line }) => line))];
}

/** V8 names the run of a regular expression `RegExp: pattern`. */
function patternLines({ text, lineStarts }: SourceFile, caller: FunctionInfo, name: string): readonly number[] {
  const pattern = /^RegExp: (.+)$/s.exec(name)?.[1];
  const at = pattern ? text.indexOf(pattern, caller.start) : -1;
  return at >= 0 && at < caller.end ? [lineOf(lineStarts, at)] : [];
}

function callsOf(text: string, file: string, lineStarts: readonly number[]): readonly CallSite[] {
  const { program } = parseSync(file, text, { lang: languageOf(file), astType: 'ts', range: true });
  const imported = new Map<string, string>();
  const calls: CallSite[] = [];
  const pending: Node[] = [program];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (node.type === 'ImportSpecifier' && node.imported.type === 'Identifier')
      imported.set(node.local.name, node.imported.name);
    if (node.type === 'CallExpression' || node.type === 'NewExpression') {
      const called = lastName(node.callee);
      const handed = node.arguments.map(lastName).filter((name) => name !== null);
      const line = lineOf(lineStarts, endOfCallee(node.callee));
      calls.push({ callee: called, handed, start: node.start, end: node.end, line });
    }
    pending.push(...childrenOf(node));
  }
  const original = (name: string) => imported.get(name) ?? name;
  return calls
    .map((call) => ({ ...call, callee: call.callee && original(call.callee), handed: call.handed.map(original) }))
    .sort((a, b) => a.start - b.start);
}

function lastName(node: Node): string | null {
  if (node.type === 'Identifier') return node.name;
  if (node.type !== 'MemberExpression') return null;
  if (node.property.type === 'PrivateIdentifier') return `#${node.property.name}`;
  return node.property.type === 'Identifier' && !node.computed ? node.property.name : null;
}

/** Where the name of what is called begins: in a chain over several lines, that of the link itself. */
function endOfCallee(callee: Node): number {
  return callee.type === 'MemberExpression' ? callee.property.start : callee.start;
}

function lineOf(lineStarts: readonly number[], offset: number): number {
  const after = lineStarts.findIndex((start) => start > offset);
  return after < 0 ? lineStarts.length : after;
}
