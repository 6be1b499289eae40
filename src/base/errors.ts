/**
 * An error whose message is a sentence the reader can act on; everything else that is thrown is a bug.
 * @example
 * if (!rows.length) throw new UserError('No flights match. Widen the years.');
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
}

/** An error as it crosses processes. */
export interface ErrorData {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: ErrorData;
}

/** Any thrown value as plain data; never throws itself, also for hostile getters. */
export function toErrorData(thrown: unknown, depth = 0): ErrorData {
  try {
    if (!(thrown instanceof Error)) return { name: 'Error', message: `Thrown: ${describeThrown(thrown)}` };
    return {
      name: String(thrown.name),
      message: String(thrown.message),
      ...(typeof thrown.stack === 'string' && { stack: thrown.stack }),
      ...(thrown.cause !== undefined && depth < 4 && { cause: toErrorData(thrown.cause, depth + 1) }),
    };
  } catch {
    return { name: 'Error', message: 'An error that could not be read was thrown.' };
  }
}

/** The error that `data` describes, as an instance of `UserError` where it was one. */
export function fromErrorData(data: ErrorData): Error {
  const error = data.name === 'UserError' ? new UserError(data.message) : namedError(data);
  if (data.stack) error.stack = data.stack;
  if (data.cause) error.cause = fromErrorData(data.cause);
  return error;
}

function namedError({ name, message }: ErrorData): Error {
  return Object.assign(new Error(message), { name });
}

/** The message of anything thrown, for one line of text. */
export function messageOf(thrown: unknown): string {
  return toErrorData(thrown).message;
}

/** The code of a system error (`ENOENT`), or undefined. */
export function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined;
}

function describeThrown(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'message' in value) return String(value.message);
  return String(value);
}
