import { UserError } from '../base/errors.ts';
import type { Engine } from './engine.ts';
import { type Given, type PipelineOptions, type Step, type StepContext, type StepOptions, StepRun } from './stepRun.ts';

/** Steps by name, in order. */
export type Steps = Readonly<Record<string, Step>> | readonly (readonly [name: string, step: Step])[];

/** A step with its name, of a list that says what each takes and gives. */
type Link<A, B> = readonly [
  name: string,
  step:
    | ((input: A, context: StepContext) => B)
    | (StepOptions & { readonly run: (input: A, context: StepContext) => B }),
];

/** How a pipeline is called: with steps in a list, which tells types from step to step, or in an object. */
export interface Pipeline {
  <A>(name: string, steps: readonly [Link<undefined, A>], options?: PipelineOptions): Promise<Awaited<A>>;
  <A, B>(
    name: string,
    steps: readonly [Link<undefined, A>, Link<Awaited<A>, B>],
    options?: PipelineOptions,
  ): Promise<Awaited<B>>;
  <A, B, C>(
    name: string,
    steps: readonly [Link<undefined, A>, Link<Awaited<A>, B>, Link<Awaited<B>, C>],
    options?: PipelineOptions,
  ): Promise<Awaited<C>>;
  <A, B, C, D>(
    name: string,
    steps: readonly [Link<undefined, A>, Link<Awaited<A>, B>, Link<Awaited<B>, C>, Link<Awaited<C>, D>],
    options?: PipelineOptions,
  ): Promise<Awaited<D>>;
  <A, B, C, D, E>(
    name: string,
    steps: readonly [
      ...[Link<undefined, A>, Link<Awaited<A>, B>, Link<Awaited<B>, C>, Link<Awaited<C>, D>, Link<Awaited<D>, E>],
    ],
    options?: PipelineOptions,
  ): Promise<Awaited<E>>;
  <A, B, C, D, E, F>(
    name: string,
    steps: readonly [
      ...[Link<undefined, A>, Link<Awaited<A>, B>, Link<Awaited<B>, C>, Link<Awaited<C>, D>, Link<Awaited<D>, E>],
      Link<Awaited<E>, F>,
    ],
    options?: PipelineOptions,
  ): Promise<Awaited<F>>;
  <Result = unknown>(name: string, steps: Steps, options?: PipelineOptions): Promise<Result>;
}

/**
 * Runs steps one after the other, each on what the one before gave, and gives the result of the last. A step whose code,
 * input and files are what they were before is not run: its result is found. So an edit runs again from there on.
 */
export async function pipeline(
  engine: Engine,
  name: string,
  steps: Steps,
  options: PipelineOptions = {},
): Promise<unknown> {
  const all: readonly (readonly [string, Step])[] = Array.isArray(steps) ? steps : Object.entries(steps);
  if (all.length === 0) throw new UserError(`The pipeline "${name}" has no steps.`);
  const twice = all.find(([step], index) => all.findIndex(([other]) => other === step) < index);
  if (twice) throw new UserError(`The pipeline "${name}" has two steps called "${twice[0]}".`);
  let given: Given = { value: undefined, key: '' };
  for (const [step, what] of all) {
    options.signal?.throwIfAborted();
    const own = typeof what === 'function' ? { run: what } : what;
    given = await new StepRun(engine, { ...options, ...own, pipeline: name, step }).on(given);
  }
  return given.value;
}
