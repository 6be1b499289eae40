import type { RunReply } from '../protocol/kernel.ts';

/** The reply of a run that left nothing behind: it did not begin, or ended without a word of its own. */
export function emptyReply(status: Exclude<RunReply['status'], 'done'>, message = ''): RunReply {
  const error = status === 'error' ? { name: 'KernelLost', message, line: null, column: null } : null;
  return {
    status,
    error,
    ms: 0,
    exports: [],
    captured: [],
    values: null,
    encodeMs: 0,
    reads: [],
    modules: [],
    impure: [],
    mutated: [],
    dropped: [],
  };
}
