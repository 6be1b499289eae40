// `npm run fuzz -- keys`: ten million random argument lists unless told otherwise, in rounds of a million.
import { parseArgs } from 'node:util';
import { fuzzKeys } from './fuzz.ts';

const { values } = parseArgs({
  options: { millions: { type: 'string', default: '10' }, seed: { type: 'string', default: '1' } },
});
const count = Math.round(Number(values.millions) * 1e6);
const seed = Number(values.seed);
const started = performance.now();
const result = fuzzKeys(count, seed, (done) => {
  if (done % 1_000_000 === 0) console.log(`${done / 1e6} million`);
});
const seconds = ((performance.now() - started) / 1000).toFixed(0);
for (const line of result.wrong) console.error(line);
console.log(
  `${result.values} random argument lists from seed ${seed}, each made twice, ${result.different} different ones among them: ${result.wrong.length} wrong, ${seconds} s.`,
);
process.exitCode = result.wrong.length ? 1 : 0;
