import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { play } from './play.ts';
import { STEPS_PER_STORY, stories } from './steps.ts';
import { Theatre } from './theatre.ts';

/** Files in it are quick to make and to remove; it need not be there. */
const MEMORY = '/dev/shm';

export interface FuzzOptions {
  readonly seed?: number;
  /** False ends with the first fault, rather than looking for the smallest story that shows it. */
  readonly shrink?: boolean;
  /** Told how many steps were played. */
  readonly onStory?: (played: number) => void;
  /** Told of every fault while smaller stories are looked for. */
  readonly onFault?: (fault: Error) => void;
}

/** Plays generated stories, together of about as many steps; a fault comes with the smallest story that shows it. */
export async function fuzz(steps: number, { seed, shrink = true, onStory, onFault }: FuzzOptions = {}): Promise<void> {
  if (existsSync(MEMORY)) process.env.TMPDIR = MEMORY;
  const theatre = new Theatre();
  let played = 0;
  try {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        await play(story, theatre).catch((error: Error) => {
          onFault?.(error);
          throw error;
        });
        played += story.steps.length;
        onStory?.(played);
      }),
      { numRuns: Math.ceil(steps / STEPS_PER_STORY), endOnFailure: !shrink, ...(seed !== undefined && { seed }) },
    );
  } finally {
    theatre.dispose();
  }
}
