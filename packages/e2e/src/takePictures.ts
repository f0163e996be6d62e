import { launchBrowser } from './browser';
import { takePictures } from './pictures';
import { startStack } from './stack';

async function main(): Promise<void> {
  const stack = await startStack();
  try {
    const browser = await launchBrowser();
    try {
      await takePictures(stack, browser);
    } finally {
      await browser.close();
    }
  } finally {
    await stack.stop();
  }
}

main().catch(error => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
