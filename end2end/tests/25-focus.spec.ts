// Where the focus goes: whoever works by keys or by ear never has to look for it.

import type { Page } from '@playwright/test';
import { expect, expectAccessible, expectNoSideways, test, visit } from '../support/test.ts';

/** A word that no other run uses. */
const fresh = (word: string): string => `${word} ${Date.now().toString(36)}`;

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });

test('the first link leads to what the page is about', async ({ open }) => {
  const page = await open('anna');
  for (const path of ['/settings/tags', '/inbox']) {
    await visit(page, path);
    await page.keyboard.press('Tab');
    await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('main')).toBeFocused();
    expect(new URL(page.url()).pathname).toBe(path);
  }
});

test('on another page the focus is at its heading, and a mouse sees no ring', async ({ open }) => {
  const page = await open('anna');
  await visit(page, '/settings/tags');
  const ways = page.getByRole('navigation', { name: 'Settings' });
  await ways.getByRole('link', { name: 'Canned replies' }).press('Enter');
  await expect(heading(page, 'Canned replies')).toBeFocused();
  await expectAccessible(page);

  await ways.getByRole('link', { name: 'Security' }).click();
  await expect(heading(page, 'Security')).toBeFocused();
  await expect(page.locator(':focus-visible')).toHaveCount(0);
  await page.goBack();
  await expect(heading(page, 'Canned replies')).toBeFocused();
});

test('after an act the focus is where it was, and two presses are one act', async ({ open }) => {
  const page = await open('anna');
  await visit(page, '/settings/tags');
  const name = fresh('Focus');
  let saved = 0;
  page.on('request', (request) => (saved += Number(request.url().includes('save_tag'))));
  const more = page.getByText('New tag', { exact: true });
  await more.focus();
  await page.keyboard.press('Enter');
  const form = page.locator('details', { has: more });
  await form.getByLabel('Name of the tag').fill(name);
  await form.getByRole('button', { name: 'Save' }).dblclick();
  await expect(page.getByText(name, { exact: true })).toBeVisible();
  await expect(more).toBeFocused();
  expect(saved).toBe(1);

  const row = page.getByRole('listitem').filter({ hasText: name });
  await row.getByText('Change', { exact: true }).press('Enter');
  await row.getByRole('button', { name: `Delete the tag ${name}` }).press('Enter');
  await expect(row).toHaveCount(0);
  await expect(page.locator('main :focus')).toHaveCount(1);
});

test('a refused form leads to the field that is wrong, again and again', async ({ open, watch }) => {
  watch.expect(/response 422: POST .*connect/);
  const page = await open('anna');
  await visit(page, '/settings/channels/connect');
  const wrong = page.getByLabel('App ID');
  await wrong.fill('my app');
  await page.getByLabel('App secret').fill('x');
  await page.getByLabel('Access token').fill('x');
  await page.getByLabel('WhatsApp Business account ID').fill('1');
  for (const time of ['first', 'second']) {
    const refused = page.waitForResponse((response) => response.status() === 422);
    await page.getByRole('button', { name: 'Save and check' }).press('Enter');
    await refused;
    await expect(wrong, `the ${time} time`).toBeFocused();
  }
});

test('on a phone the settings begin at where one is', async ({ open }) => {
  const page = await open('anna', { viewport: { width: 360, height: 740 } });
  await visit(page, '/settings/audit');
  const ways = page.getByRole('navigation', { name: 'Settings' });
  await expect(ways.getByRole('link', { name: 'Audit' })).toBeInViewport({ ratio: 1 });
  await expectNoSideways(page);
  await ways.getByRole('link', { name: 'API keys' }).click();
  await expect(heading(page, 'API keys')).toBeFocused();
  await expect(ways.getByRole('link', { name: 'API keys' })).toBeInViewport({ ratio: 1 });
});
