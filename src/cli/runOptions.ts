import { readAssignments, readInteger, readTime } from './arguments.ts';

/** What every command that runs a notebook takes. */
export const RUN_OPTIONS = {
  set: { type: 'string', multiple: true, default: [] as string[] },
  'no-cache': { type: 'boolean', default: false },
  seed: { type: 'string' },
  now: { type: 'string' },
} as const;

export const RUN_USAGE = '[--set name=value]… [--no-cache] [--seed n] [--now time]';

interface RunValues {
  readonly set: readonly string[];
  readonly 'no-cache': boolean;
  readonly seed?: string | undefined;
  readonly now?: string | undefined;
}

/** The options as `openNotebook` takes them. @throws UsageError */
export function readRunOptions(values: RunValues) {
  return {
    set: readAssignments(values.set),
    useCache: !values['no-cache'],
    seed: readInteger('seed', values.seed),
    now: readTime('now', values.now),
  };
}
