import { messageOf, UserError } from '../base/errors.ts';
import { nearestName } from './nearestName.ts';
import { TransientError } from './transient.ts';

/** What PostgreSQL or the way to it said, as one sentence; `where` names the server without its password. */
export function explainPostgres(error: unknown, where: string, names: readonly string[] = []): Error {
  if (error instanceof UserError) return error;
  const code = String((error as { code?: unknown } | null)?.code ?? '');
  const message = messageOf(error).replace(/\.*$/, '');
  if (/^(28|3D)/.test(code))
    return new UserError(`PostgreSQL at ${where} refused the connection: ${message}.`, { cause: error });
  if (code === '42P01') {
    const missing = /"([^"]+)"/.exec(message)?.[1] ?? '';
    const nearest = nearestName(missing, names) ?? nearestName(missing.split('.').at(-1) ?? '', names);
    return new UserError(
      `PostgreSQL at ${where} has no table "${missing}".${nearest ? ` Did you mean "${nearest}"?` : ''}`,
      { cause: error },
    );
  }
  if (
    /^(57P|53|08)/.test(code) ||
    /terminated|ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|timeout|aborted|closed/i.test(`${code} ${message}`)
  ) {
    const what =
      /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)$/.test(code) ||
      /timeout exceeded when trying to connect|due to connection timeout/.test(message)
        ? 'cannot be reached'
        : 'broke off';
    return new TransientError(`PostgreSQL at ${where} ${what}: ${message || code}.`, { cause: error });
  }
  const hint = (error as { hint?: unknown } | null)?.hint;
  return new UserError(`PostgreSQL at ${where}: ${message}.${typeof hint === 'string' ? ` ${hint}` : ''}`, {
    cause: error,
  });
}
