import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { expect, sandbox, test, visit } from '../support/test.ts';

test('the manifest is whole and its pictures exist', async () => {
  const answer = await fetch(`${sandbox.BASE}/manifest.webmanifest`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/application\/(manifest\+)?json/);
  const manifest = await answer.json();
  expect(manifest).toMatchObject({ name: 'Parley', start_url: '/inbox', scope: '/', display: 'standalone' });
  expect(manifest.icons.map(({ sizes }: { sizes: string }) => sizes)).toEqual(expect.arrayContaining(['192x192', '512x512']));
  expect(manifest.icons.some(({ purpose }: { purpose: string }) => purpose === 'maskable')).toBe(true);
  for (const { src, type, sizes } of manifest.icons) {
    const icon = await fetch(new URL(src, sandbox.BASE));
    expect(icon.status, src).toBe(200);
    expect(icon.headers.get('content-type'), src).toContain(type);
    const bytes = Buffer.from(await icon.arrayBuffer());
    // The width and height in the first chunk of a PNG.
    if (type === 'image/png') expect(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, src).toBe(sizes);
  }
  for (const { url } of manifest.shortcuts) {
    expect((await fetch(new URL(url, sandbox.BASE))).status, url).toBe(200);
  }
});

test('the service worker takes over, and shows a page without a line', async ({ open, watch }) => {
  watch.expect(/net::ERR_/);
  const page = await open('anna');
  await visit(page, '/inbox');
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated');
  await page.context().setOffline(true);
  await page.goto('/settings/profile').catch(() => {});
  await expect(page.getByRole('heading')).toBeVisible();
  await expect(page.locator('body')).toContainText(/offline|connection/i);
  // Nothing personal was kept.
  const kept = await page.evaluate(async () => {
    const addresses: string[] = [];
    for (const name of await caches.keys()) {
      for (const request of await (await caches.open(name)).keys()) addresses.push(new URL(request.url).pathname);
    }
    return addresses;
  });
  expect(kept).toContain('/offline.html');
  expect(kept.filter((path) => /^\/(inbox|settings|api|live|files|sandbox)/.test(path))).toEqual([]);
  await page.context().setOffline(false);
  await visit(page, '/inbox');
  await expect(page.getByRole('heading', { name: 'Inbox' })).toBeVisible();
});

test('it can be installed', async ({ open, launchOptions }) => {
  const cookies = await (await open('anna')).context().cookies();
  const folder = mkdtempSync(join(tmpdir(), 'parley-profile-'));
  // Browsers refuse to install from a private window, which is what other tests run in.
  const context = await chromium.launchPersistentContext(folder, { ...launchOptions, headless: true });
  try {
    await context.addCookies(cookies);
    const page = await context.newPage();
    await page.goto(`${sandbox.BASE}/inbox`);
    const devtools = await context.newCDPSession(page);
    const manifest = await devtools.send('Page.getAppManifest');
    expect(manifest.errors).toEqual([]);
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
    expect(installabilityErrors).toEqual([]);
  } finally {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
