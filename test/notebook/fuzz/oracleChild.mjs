// What plain Node makes of a page: imports it as a module, without Memoir, and answers with what it shows.
// Clock and randomness are those that `--now` and `--seed` give.
const RealDate = Date;
globalThis.oracle = {
  begin({ seed, now }) {
    let state = seed | 0;
    Math.random = () => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
    };
    RealDate.now = () => now;
  },
};
process.on('message', async ({ page, folder, env }) => {
  process.chdir(folder);
  process.env.MEMOIR_FUZZ = env;
  try {
    process.send({ shown: (await import(page)).shown });
  } catch (error) {
    process.send({ error: String(error?.stack) });
  }
});
