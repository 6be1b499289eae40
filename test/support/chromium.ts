import { existsSync } from 'node:fs';

/** What a headless Chromium needs to start anywhere and to call nobody. */
export const chromiumArguments = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** The Chromium of this machine: `CHROMIUM` if set, else where systems keep it. */
export function findChromium(): string | undefined {
  const chosen = process.env.CHROMIUM;
  return chosen ? chosen : USUAL_PLACES.find((place) => existsSync(place));
}
