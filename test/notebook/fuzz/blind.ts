// npm run fuzz -- blind: takes each of the two stages of a cell's key away in turn, and tells what the fuzzer finds then.
// Ends with 1 where it finds nothing.
import { spawnSync } from 'node:child_process';
import { registerHooks } from 'node:module';

/** What is put in the place of what, in which modules of the engine. */
type Blindfold = Readonly<Record<string, readonly (readonly [string, string])[]>>;

const STAGES: Readonly<Record<string, Blindfold>> = {
  'inputs and modules in the static key': {
    'notebook/lookup.ts': [
      [
        "keyOf('cell', components)",
        "keyOf('cell', Object.fromEntries(Object.entries(components).filter(([name]) => !/^(input|module) /.test(name))))",
      ],
    ],
  },
  'the trace of what a run read': {
    'notebook/record.ts': [["keyOf('record', { ...components, staticKey })", "keyOf('record', { staticKey })"]],
    'notebook/records.ts': [
      ['await this.#digestAll(record.reads)', 'record.reads'],
      ['await this.#digestAll(first)', '[]'],
      ['await this.#digestAll(set)', '[]'],
    ],
  },
};
const STEPS = 2000;
const SEED = 5;

const [stage] = process.argv.slice(2);
if (stage !== undefined) await fuzzWithout(stage);
else for (const one of Object.keys(STAGES)) tell(one);

function tell(stage: string): void {
  const { status, stdout } = spawnSync(process.execPath, [import.meta.filename, stage], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  console.log(`Without ${stage}: ${stdout.trim()}`);
  if (status !== 0) process.exitCode = 1;
}

async function fuzzWithout(stage: string): Promise<void> {
  blind(STAGES[stage]!);
  const { fuzz } = await import('./fuzz.ts'); // by now the engine is not what it was
  let [stories, found] = [0, ''];
  await fuzz(STEPS, {
    seed: SEED,
    shrink: false,
    onStory: () => {
      stories += 1;
    },
    onFault: ({ message }) => {
      found = message.split('\n').slice(0, 3).join(' ');
    },
  }).catch(() => {}); // it has been told
  console.log(found ? `found in story ${stories + 1}: ${found}` : `nothing found in ${stories} stories`);
  process.exitCode = found ? 0 : 1;
}

function blind(blindfold: Blindfold): void {
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      const edits = Object.entries(blindfold).find(([file]) => url.endsWith(`/src/${file}`))?.[1];
      return edits ? { ...loaded, source: edits.reduce(edited, String(loaded.source)) } : loaded;
    },
  });
}

function edited(source: string, [before, after]: readonly [string, string]): string {
  if (!source.includes(before)) throw new Error(`There is no longer "${before}" to take away.`);
  return source.replace(before, after);
}
