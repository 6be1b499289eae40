import { test } from 'vitest';
import { fuzz } from './fuzz/fuzz.ts';

test('after whatever happens the page shows what plain Node makes of it, and nothing runs for nothing', async () => {
  await fuzz(2000); // `npm run fuzz` for more
}, 1_200_000);
