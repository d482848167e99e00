/**
 * Screenshots of a harness page:
 *
 *   node test/harness/shoot.mjs values --theme dark --ratio 2 --width 1200 --height 700 --query 'demo=grid' --out /tmp/a.png
 *
 * Waits until the page sets `document.body.dataset.ready`, at most 5 s.
 */
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { CHROMIUM_FLAGS, findChromium } from '../../scripts/chromium.mjs';
import { OUTPUT } from './build.mjs';

/** A browser with WebGL; the caller closes it. */
export async function launch(extra = []) {
  const executablePath = await findChromium();
  return chromium.launch({
    args: [...CHROMIUM_FLAGS, '--allow-file-access-from-files', ...extra],
    channel: 'chromium',
    ...(executablePath ? { executablePath } : {})
  });
}

/** Opens a harness page; what it logs and throws is printed here. */
export async function open(
  browser,
  entry,
  { theme = 'light', ratio = 1, width = 1200, height = 700, query = '' } = {}
) {
  const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: ratio });
  page.on('console', message => console.log(`[${message.type()}] ${message.text()}`));
  page.on('pageerror', error => console.log(`[thrown] ${error.stack}`));
  await page.goto(`file://${OUTPUT}/${entry}.html?theme=${theme}&${query}`);
  await page
    .waitForFunction(() => document.body.dataset.ready === 'true', undefined, { timeout: 5000 })
    .catch(() => console.log('not ready after 5 s'));
  return page;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      theme: { type: 'string', default: 'light' },
      ratio: { type: 'string', default: '1' },
      width: { type: 'string', default: '1200' },
      height: { type: 'string', default: '700' },
      query: { type: 'string', default: '' },
      out: { type: 'string', default: '/tmp/shot.png' }
    }
  });
  const browser = await launch();
  const page = await open(browser, positionals[0], {
    theme: values.theme,
    ratio: Number(values.ratio),
    width: Number(values.width),
    height: Number(values.height),
    query: values.query
  });
  await page.screenshot({ path: values.out });
  await browser.close();
  console.log(values.out);
}
