import { apart } from '../base/program.ts';

const [fewest, most] = [16, 128];

let time = 0;
let looks = 0;
let looksLeft = 0;
let isTimed = false;

/**
 * Milliseconds since 1970 for those who ask in hot loops, where reading the clock takes longer than what they do. It is
 * read anew every millisecond; where no timer gets its turn, after 16 looks, after twice as many each time that they took no
 * millisecond, up to 128, and with each one as soon as looks turn out to be far apart.
 */
export function coarseNow(): number {
  if (looksLeft === 0) return look();
  looksLeft -= 1;
  return time;
}

function look(): number {
  const before = time;
  time = Date.now();
  looks = time - before > 1 ? 0 : Math.min(most, Math.max(fewest, 2 * looks));
  if (looks === 0) return time;
  looksLeft = looks - 1;
  if (!isTimed) apart(() => setTimeout(expire, 1).unref());
  isTimed = true;
  return time;
}

function expire(): void {
  looksLeft = 0;
  isTimed = false;
}
