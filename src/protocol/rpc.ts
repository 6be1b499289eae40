import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { type ErrorData, fromErrorData, toErrorData } from '../base/errors.ts';
import { Emitter, type Event } from '../base/event.ts';

/** A duplex channel to another process: what is posted arrives there as a structured clone. */
export interface Port {
  post(message: unknown): void;
  readonly onMessage: Event<unknown>;
  /** Fires once with the reason, after which nothing arrives any more. */
  readonly onClose: Event<string>;
}

/** Methods one side offers: one parameter object in, a result or a promise of it out. */
// biome-ignore lint/suspicious/noExplicitAny: the parameter type of a method map is contravariant; each method states its own
export type Methods = Record<string, (params: any) => unknown>;

/** Handlers for `M`: each may answer with the result itself or with a promise. */
export type Handlers<M extends Methods> = {
  [K in keyof M]: (params: Parameters<M[K]>[0]) => Awaited<ReturnType<M[K]>> | Promise<Awaited<ReturnType<M[K]>>>;
};

type Message =
  | { readonly type: 'request'; readonly id: number; readonly method: string; readonly params: unknown }
  | { readonly type: 'reply'; readonly id: number; readonly result: unknown }
  | { readonly type: 'failure'; readonly id: number; readonly error: ErrorData }
  | { readonly type: 'event'; readonly event: unknown };

/** One end of a conversation: calls `Remote`'s methods, answers its own, and exchanges one-way events. */
export class Peer<Remote extends Methods, EventIn = never, EventOut = never> implements Disposable {
  readonly #port: Port;
  readonly #handlers: Methods;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  readonly #events = new Emitter<EventIn>();
  readonly #store = new DisposableStore();
  #next = 1;
  #closed: string | null = null;

  readonly onEvent: Event<EventIn> = this.#events.event;

  constructor(port: Port, handlers: Methods = {}) {
    this.#port = port;
    this.#handlers = handlers;
    this.#store.add(port.onMessage((message) => this.#receive(message as Message))); // only Peers write to the port
    this.#store.add(port.onClose((reason) => this.#close(reason)));
  }

  call<K extends keyof Remote & string>(
    method: K,
    params: Parameters<Remote[K]>[0],
  ): Promise<Awaited<ReturnType<Remote[K]>>> {
    if (this.#closed !== null) return Promise.reject(new Error(this.#closed));
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject }); // the peer answers with the method's own type
      this.#post({ type: 'request', id, method, params });
    });
  }

  emit(event: EventOut): void {
    this.#post({ type: 'event', event });
  }

  dispose(): void {
    this.#close('The connection was closed.');
    this.#events.dispose();
    this.#store.dispose();
  }

  #post(message: Message): void {
    if (this.#closed === null) this.#port.post(message);
  }

  #receive(message: Message): void {
    switch (message.type) {
      case 'request':
        void this.#answer(message.id, message.method, message.params);
        break;
      case 'reply':
        this.#take(message.id)?.resolve(message.result);
        break;
      case 'failure':
        this.#take(message.id)?.reject(fromErrorData(message.error));
        break;
      case 'event':
        this.#events.fire(message.event as EventIn); // the peer's EventOut
        break;
    }
  }

  async #answer(id: number, method: string, params: unknown): Promise<void> {
    try {
      const handler = this.#handlers[method];
      if (!handler) throw new Error(`There is no method "${method}" here.`);
      const result = await handler(params);
      this.#post({ type: 'reply', id, result });
    } catch (error) {
      this.#post({ type: 'failure', id, error: toErrorData(error) });
    }
  }

  #take(id: number) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #close(reason: string): void {
    this.#closed ??= reason;
    for (const { reject } of this.#waiting.values()) reject(new Error(this.#closed));
    this.#waiting.clear();
  }
}
