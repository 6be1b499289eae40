/** A value that cannot be stored as bytes without changing it: where it is, and why. */
export class NotEncodable extends Error {
  override readonly name = 'NotEncodable';
  /** Where in the value, such as `rows[3].handler`; empty for the value itself. */
  readonly path: string;
  /** What stands there, such as `a function`. */
  readonly reason: string;

  constructor(path: readonly (string | number)[], reason: string) {
    const place = formatPath(path);
    super(`${place || 'The value'} cannot be stored: it is ${reason}.`);
    this.path = place;
    this.reason = reason;
  }
}

function formatPath(path: readonly (string | number)[]): string {
  return path
    .map((step) => {
      if (typeof step === 'number') return `[${step}]`;
      if (/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(step)) return `.${step}`;
      return step.startsWith('<') ? step : `[${JSON.stringify(step)}]`;
    })
    .join('')
    .replace(/^\./, '');
}
