// What the profiler and others measure, and what is run under samplers: `node bench/profiler/work.ts` prints milliseconds.
import { performance } from 'node:perf_hooks';

export function report(count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += hash(i);
  return sum;
}

function hash(value: number): number {
  let h = value;
  for (let k = 0; k < 300; k++) h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) + k;
  return Math.abs(h) % 1000;
}

const numbers = Array.from({ length: 5000 }, (_, i) => Math.imul(i + 1, 0x9e3779b1) | 0);

export function sorted(): number[] {
  return numbers.toSorted((a, b) => a - b);
}

const text = JSON.stringify(numbers.map((value, id) => ({ id, value, name: `row ${id}` })));

export function parsed(): unknown {
  return JSON.parse(text);
}

const kept: string[] = [];

/** Leaves some 130 bytes behind with each call. */
export function leaks(): void {
  kept.push('x'.repeat(100).concat(String(kept.length)).split('').join(''));
}

/** About a second of all of them. */
export function everything(): void {
  for (let i = 0; i < 60; i++) {
    report(2000);
    for (let k = 0; k < 5; k++) sorted();
    parsed();
  }
}

if (import.meta.main) {
  everything(); // warm
  const started = performance.now();
  everything();
  console.log(performance.now() - started);
}
