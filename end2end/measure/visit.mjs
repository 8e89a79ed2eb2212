// What a first visit to the inbox loads: a signed-in browser with an empty cache opens it at 1280 pixels and is left alone.
//
// Prints one line of JSON: a list of `{ path, raw, brotli }` in bytes, one for each answer with a body, brotli at its best.

import { constants, brotliCompressSync } from 'node:zlib';
import { base, launch, signedIn } from './browser.mjs';

const brotli = (body) =>
  brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } }).length;

const browser = await launch();
try {
  const cookies = await (await signedIn(browser)).context().cookies();
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.addCookies(cookies);
  const page = await context.newPage();
  const answers = [];
  page.on('response', (response) => answers.push(response));
  const live = page.waitForResponse((response) => response.url().endsWith('/live'));
  await page.goto(`${base}/inbox`);
  await live;
  // What the page loads of itself once it is idle belongs to the visit.
  await page.waitForTimeout(3000);
  const files = [];
  for (const response of answers) {
    const { pathname } = new URL(response.url());
    // The stream never ends; the service worker fetches for the next visit.
    if (pathname === '/live' || response.request().serviceWorker()) continue;
    const body = await response.body().catch(() => Buffer.alloc(0));
    if (body.length > 0) files.push({ path: pathname, raw: body.length, brotli: brotli(body) });
  }
  console.log(JSON.stringify(files));
} finally {
  await browser.close();
}
process.exit(0);
