const longest = 100;

/** Whether a Map finds exactly this value by itself, at no great cost: 0 and -0 are one to it. */
export function isNear(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= longest;
  if (typeof value === 'object') return value === null;
  return value !== 0 && typeof value !== 'function' && typeof value !== 'symbol';
}
