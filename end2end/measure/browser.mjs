// What the measurements share: the browser, and a colleague's signed-in page.

import { chromium } from 'playwright-core';

const { PARLEY_URL, EMAIL, PASSWORD } = process.env;

export const base = PARLEY_URL;

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });

/** A new context with a page that shows the inbox, live. */
export async function signedIn(browser) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(`${base}/sign-in`);
  await page.getByLabel('Email').fill(EMAIL);
  await page.getByLabel('Password').fill(PASSWORD);
  const live = page.waitForResponse((response) => response.url().endsWith('/live'));
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await live;
  return page;
}
