/** The primes below a limit, the slow way: something to profile, with `[20000]` as its arguments. */
export function primes(limit: number): number[] {
  const found: number[] = [];
  for (let n = 2; n < limit; n++) {
    if (isPrime(n, found)) found.push(n);
  }
  return found;
}

/** Nothing below its root divides a prime; this tries everything. */
function isPrime(n: number, smaller: readonly number[]): boolean {
  return smaller.every((prime) => n % prime !== 0);
}
