import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { findChromium } from '../chromium.ts';
import { TempFolder } from '../temp.ts';
import { packagedExtension } from '../vsix.ts';
import { EditorWindow, type WindowOptions } from './window.ts';

interface SuiteOptions extends Partial<Pick<WindowOptions, 'settings' | 'trusted'>> {
  /** What lies in the workspace folder: path to content. */
  readonly files?: Readonly<Record<string, string>>;
}

/** What the tests of a suite share; both are there once a test runs. */
export interface Stage {
  readonly window: EditorWindow;
  readonly folder: TempFolder;
}

/** Tests of one window, in order; a failure leaves a picture in shots/. Without a Chromium they are skipped. */
export function describeWindow(name: string, options: SuiteOptions, body: (stage: Stage) => void): void {
  const chromium = findChromium();
  describe.skipIf(!chromium)(chromium ? name : `${name} (no Chromium here; CHROMIUM can name one)`, () => {
    const folder = new TempFolder();
    let window: EditorWindow | undefined;
    beforeAll(async () => {
      for (const [file, content] of Object.entries(options.files ?? {})) folder.write(file, content);
      window = await EditorWindow.open({ vsix: packagedExtension(), folder: folder.path, ...options });
    });
    afterAll(async () => {
      await window?.close();
      folder.dispose();
    });
    let broken: string | null = null;
    beforeEach(({ task, skip, onTestFailed }) => {
      skip(broken !== null && broken !== task.id, 'An earlier step failed.'); // each step stands on those before it
      broken = null; // it is tried again
      onTestFailed(async () => {
        broken = task.id;
        await window?.shot(`failed ${name} ${task.name}`.replaceAll(/\W+/g, '-'));
      });
    });
    body({
      get window() {
        return window!; // a test runs only after beforeAll
      },
      folder,
    });
  });
}
