// npm run fuzz [-- --steps 200000 --seed n]: the fuzzer of the notebook engine, for as long as wanted.
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';

const { values } = parseArgs({ options: { steps: { type: 'string', default: '20000' }, seed: { type: 'string' } } });
const seed = values.seed === undefined ? Date.now() & 0x7fffffff : Number(values.seed);
console.log(`About ${values.steps} steps, seed ${seed}`);
const started = performance.now();
let told = 0;
await fuzz(Number(values.steps), {
  seed,
  onStory(played) {
    if (played < told + 500) return;
    told = played;
    console.log(`${played} steps in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  },
  onFault: (fault) => console.log(`Found: ${fault.message.split('\n').slice(0, 3).join(' ')}`),
});
console.log('No fault.');
