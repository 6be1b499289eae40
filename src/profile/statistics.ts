/** The value below which `share` of the sorted `values` lie, interpolated between neighbours. */
export function quantile(sorted: Float64Array, share: number): number {
  if (!sorted.length) return Number.NaN;
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  const above = sorted[Math.ceil(at)]!;
  return below + (above - below) * (at - Math.floor(at));
}

export function median(values: Float64Array): number {
  return quantile(values.slice().sort(), 0.5);
}

export function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The median absolute deviation from the median, not scaled to a normal distribution. */
export function medianDeviation(values: Float64Array): number {
  const middle = median(values);
  return median(values.map((value) => Math.abs(value - middle)));
}

/**
 * The 95 % confidence interval of the median from order statistics (Conover, Practical Nonparametric Statistics, 3.2):
 * the ranks between which the median lies with a binomial probability of at least 95 %. It assumes no distribution.
 * Null below six values, where not even the whole range covers 95 %.
 */
export function medianInterval(values: Float64Array): readonly [number, number] | null {
  const sorted = values.slice().sort();
  const rank = lowestRank(sorted.length);
  return rank === null ? null : [sorted[rank]!, sorted[sorted.length - 1 - rank]!];
}

/**
 * Half the width of the Wilson 95 % interval of a share seen as `hits` of `total`, as a share.
 * Unlike the plain normal interval it keeps its promise for small shares.
 */
export function shareMargin(hits: number, total: number): number {
  if (total === 0) return 0;
  const share = hits / total;
  const square = Z95 ** 2;
  return (Z95 * Math.sqrt((share * (1 - share)) / total + square / (4 * total ** 2))) / (1 + square / total);
}

const Z95 = 1.959964;

/** The largest rank r (from 0) such that P(fewer than r + 1 of n values lie below the median) ≤ 2.5 %. */
function lowestRank(n: number): number | null {
  if (n > 1000) return Math.floor(n / 2 - (Z95 * Math.sqrt(n)) / 2) - 1; // 0.5 ** n would underflow; the normal limit is close
  let probability = 0.5 ** n;
  let below = probability;
  if (below > 0.025) return null;
  let rank = 0;
  while (true) {
    probability *= (n - rank) / (rank + 1);
    below += probability;
    if (below > 0.025) return rank;
    rank += 1;
  }
}
