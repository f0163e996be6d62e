import { existsSync } from 'node:fs';
import { Browser, chromium } from 'playwright-core';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * The browser to use: `CHROMIUM_PATH`, or where it usually lies.
 *
 * @throws where there is none, saying how to get one
 */
export function findChromium(): string {
  const { CHROMIUM_PATH } = process.env;
  const found = [CHROMIUM_PATH, ...usualPlaces].find(
    path => path && existsSync(path),
  );
  if (!found) {
    throw new Error(
      'No Chromium was found. Install it (Debian: apt-get install chromium) or name it in CHROMIUM_PATH.',
    );
  }
  return found;
}

/** Starts Chromium without a window. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      '--no-sandbox', // root in a container has no user namespaces
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
