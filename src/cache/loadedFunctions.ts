import { Session } from 'node:inspector';

type AnyFunction = (...args: never[]) => unknown;

/** A function as the engine has it. */
export interface LoadedFunction {
  /** Where its code comes from: a URL, `node:…` for Node's own, empty where that is not known. */
  readonly url: string;
  /** Variables that it can see, the nearest scope first; without globals. */
  readonly scopes: readonly Readonly<Record<string, unknown>>[];
}

interface Remote {
  readonly objectId?: string;
  readonly description?: string;
  readonly value?: { readonly scriptId: string };
}
interface Property {
  readonly name: string;
  readonly value: Remote;
}

const handOver = Symbol.for('memoir.handOver');

/**
 * Asks the engine itself about functions, through its inspector: what their variables hold right now, and from which file
 * each was loaded. Throws where this Node has no inspector. To be closed at once: nothing of the program may run meanwhile.
 */
export class LoadedFunctions {
  readonly #session = new Session();
  readonly #urls = new Map<string, string>();

  constructor() {
    this.#session.connect();
    this.#session.on('Debugger.scriptParsed', ({ params }) => this.#urls.set(params.scriptId, params.url));
    this.#post('Debugger.enable');
  }

  /** Null for a function without code, such as a built-in or bound one. */
  find(fn: AnyFunction): LoadedFunction | null {
    const { objectId } = this.#remote(fn);
    const { internalProperties } = this.#post<{ internalProperties: Property[] }>('Runtime.getProperties', {
      objectId,
      ownProperties: true,
    });
    const internal = (name: string) => internalProperties.find((property) => property.name === name)?.value;
    const location = internal('[[FunctionLocation]]')?.value;
    const scopes = internal('[[Scopes]]');
    if (!location || !scopes) return null;
    return { url: this.#urls.get(location.scriptId) ?? '', scopes: this.#scopesOf(scopes) };
  }

  close(): void {
    this.#session.disconnect();
  }

  #scopesOf({ objectId }: Remote): Record<string, unknown>[] {
    const { result } = this.#post<{ result: Property[] }>('Runtime.getProperties', { objectId, ownProperties: true });
    return result
      .filter(({ name, value }) => /^\d+$/.test(name) && value.objectId && value.description !== 'Global')
      .map(({ value }) => this.#local(value));
  }

  /** A value of this program as the inspector speaks of it. */
  #remote(value: unknown): Remote {
    const holder = globalThis as { [handOver]?: unknown };
    holder[handOver] = value;
    const expression = `globalThis[Symbol.for('memoir.handOver')]`;
    const { result } = this.#post<{ result: Remote }>('Runtime.evaluate', { expression });
    delete holder[handOver];
    return result;
  }

  /** The variables of a scope that the inspector speaks of, as an object of this program. */
  #local({ objectId }: Remote): Record<string, unknown> {
    const holder = globalThis as { [handOver]?: (scope: { object: Record<string, unknown> }) => void };
    let variables: Record<string, unknown> = {};
    holder[handOver] = (scope) => {
      variables = scope.object;
    };
    const functionDeclaration = `function () { globalThis[Symbol.for('memoir.handOver')](this) }`;
    this.#post('Runtime.callFunctionOn', { objectId, functionDeclaration });
    delete holder[handOver];
    return variables;
  }

  /** A session within its own thread answers before it returns. */
  #post<T>(method: string, parameters: object = {}): T {
    let answer: T | undefined;
    this.#session.post(method, parameters, (error, result) => {
      if (error) throw error;
      answer = result as T; // the shape of each answer is the protocol's
    });
    return answer as T;
  }
}
