import fc from 'fast-check';
import { Oracle } from './oracle.ts';
import { play } from './play.ts';
import { STEPS_PER_STORY, stories } from './steps.ts';

export interface FuzzOptions {
  readonly seed?: number;
  /** Told how many steps were played. */
  readonly onStory?: (played: number) => void;
  /** Told of every fault while smaller stories are looked for. */
  readonly onFault?: (fault: Error) => void;
}

/** Plays generated stories, together of about as many steps; a fault comes with the smallest story that shows it. */
export async function fuzz(steps: number, { seed, onStory, onFault }: FuzzOptions = {}): Promise<void> {
  const oracle = new Oracle();
  let played = 0;
  try {
    await fc.assert(
      fc.asyncProperty(stories, async ({ model, steps }) => {
        await play(model, steps, oracle).catch((error: Error) => {
          onFault?.(error);
          throw error;
        });
        played += steps.length;
        onStory?.(played);
      }),
      { numRuns: Math.ceil(steps / STEPS_PER_STORY), ...(seed !== undefined && { seed }) },
    );
  } finally {
    oracle.close();
  }
}
