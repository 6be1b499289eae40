import type { Kind } from './ledger.ts';
import type { RunDetails } from './tally.ts';

/** Where metrics put their values. */
export interface MetricSink {
  add(kind: Kind, name: string, value: number): void;
  /** The sum of a counter, the last value of a gauge; of this process. */
  value(kind: Kind, name: string): number;
}

/** Something that is counted and only grows. */
export class Counter {
  readonly name: string;
  readonly #sink: MetricSink;

  constructor(name: string, sink: MetricSink) {
    this.name = name;
    this.#sink = sink;
  }

  add(amount = 1): void {
    if (amount >= 0) this.#sink.add('counter', this.name, amount);
  }

  get value(): number {
    return this.#sink.value('counter', this.name);
  }
}

/** Something that has a value at any time, such as the length of a queue. */
export class Gauge {
  readonly name: string;
  readonly #sink: MetricSink;

  constructor(name: string, sink: MetricSink) {
    this.name = name;
    this.#sink = sink;
  }

  set(value: number): void {
    this.#sink.add('gauge', this.name, value);
  }

  get value(): number {
    return this.#sink.value('gauge', this.name);
  }
}

/** Something of which the distribution matters, such as the size of replies. */
export class Histogram {
  readonly name: string;
  readonly #sink: MetricSink;

  constructor(name: string, sink: MetricSink) {
    this.name = name;
    this.#sink = sink;
  }

  record(value: number): void {
    this.#sink.add('histogram', this.name, value);
  }
}

/** Measures from where it is made to `end`. */
export class Timer {
  readonly #started = performance.now();
  readonly #ended: (name: string, ms: number, details: RunDetails) => void;
  readonly #name: string;
  readonly #details: RunDetails;
  #ms: number | null = null;

  constructor(ended: (name: string, ms: number, details: RunDetails) => void, name: string, details: RunDetails) {
    this.#ended = ended;
    this.#name = name;
    this.#details = details;
  }

  /** The milliseconds that passed; ending again changes nothing. */
  end(): number {
    if (this.#ms !== null) return this.#ms;
    this.#ms = performance.now() - this.#started;
    this.#ended(this.#name, this.#ms, this.#details);
    return this.#ms;
  }
}
