const visited = 1000;

/** About how many bytes a value takes in memory: judged by its first thousand parts, in some 20 µs. */
export function roughSize(value: unknown): number {
  const budget = { parts: visited, seen: new Set<object>() };
  return sizeOf(value, budget);
}

interface Budget {
  parts: number;
  readonly seen: Set<object>;
}

function sizeOf(value: unknown, budget: Budget): number {
  if (typeof value === 'string') return 16 + value.length * 2;
  if (typeof value !== 'object' || value === null) return 8;
  if (budget.seen.has(value)) return 8;
  budget.seen.add(value);
  if (ArrayBuffer.isView(value)) return 64 + value.byteLength;
  if (value instanceof ArrayBuffer) return 64 + value.byteLength;
  if (Array.isArray(value)) return 16 + sizeOfAll(value, value.length, budget);
  if (value instanceof Map) return 64 + 2 * sizeOfAll(value.values(), value.size, budget);
  if (value instanceof Set) return 64 + sizeOfAll(value, value.size, budget);
  const properties = Object.getOwnPropertyDescriptors(value); // getters are not called
  const values = Object.values(properties).map((property) => property.value as unknown);
  return 16 + sizeOfAll(values, values.length, budget);
}

/** The size of the parts that the budget allows to look at, carried over to all. */
function sizeOfAll(parts: Iterable<unknown>, count: number, budget: Budget): number {
  let sum = 0;
  let looked = 0;
  for (const part of parts) {
    if (budget.parts <= 0) break;
    budget.parts -= 1;
    looked += 1;
    sum += 8 + sizeOf(part, budget);
  }
  return looked === 0 ? 16 * count : (sum / looked) * count;
}
