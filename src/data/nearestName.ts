/** The name that takes the fewest typed characters to correct, if it is near at all. */
export function nearestName(wanted: string, names: readonly string[]): string | null {
  const limit = Math.max(2, Math.floor(wanted.length / 3));
  const ranked = names
    .map((name) => ({ name, distance: editDistance(wanted.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return ranked[0]?.name ?? null;
}

/** What to add for who named a column that is not there: the one that was probably meant, else some that are there. */
export function columnHint(wanted: string, names: readonly string[]): string {
  const nearest = nearestName(wanted, names);
  if (nearest) return ` Did you mean "${nearest}"?`;
  const some = names.slice(0, 5).map((name) => `"${name}"`);
  return some.length ? ` Columns that are there: ${some.join(', ')}${names.length > some.length ? ', …' : '.'}` : '';
}

/** Insertions, deletions and replacements between two words (Levenshtein's distance). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
