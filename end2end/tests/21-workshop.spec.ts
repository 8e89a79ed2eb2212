// A person's picture, what they hear of, and keys of the REST interface.

import { fileURLToPath } from 'node:url';
import { address, settle } from '../support/people.ts';
import { applied, expect, expectAccessible, expectNoSideways, sandbox, test, visit, wroteIn } from '../support/test.ts';

const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
const PHOTOGRAPH = fileURLToPath(new URL('../../server/tests/http/walls/files/photograph.jpg', import.meta.url));

test('a picture is uploaded before any script runs, shown everywhere, and removed', async ({ open }) => {
  const page = await open('ben', { javaScriptEnabled: false });
  await page.goto('/settings/profile');
  await page.getByLabel('PNG, JPEG or WebP, at most 5 MB').setInputFiles(PHOTOGRAPH);
  await page.getByRole('button', { name: 'Upload picture' }).click();
  await expect(page.getByRole('button', { name: 'Remove picture' })).toBeVisible();
  const wide = (selector: string) => page.locator(selector).first().evaluate((image: HTMLImageElement) => image.naturalWidth);
  await expect.poll(() => wide('.rail .avatar img')).toBe(64);
  await expect.poll(() => wide('#picture .avatar img')).toBe(256);

  // A colleague sees it where it is Ben's.
  const anna = await open('anna');
  await anna.goto('/settings/team');
  const seen = anna.locator('.member').filter({ hasText: 'Ben Carter' }).locator('.avatar img');
  await expect.poll(() => seen.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(256);
  await expectAccessible(anna);

  await page.getByLabel('PNG, JPEG or WebP, at most 5 MB').setInputFiles({ name: 'x.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });
  await page.getByRole('button', { name: 'Upload picture' }).click();
  await expect(page.getByRole('alert')).toHaveText('Choose a PNG, JPEG or WebP file.');
  await page.getByRole('button', { name: 'Remove picture' }).click();
  await expect(page.getByRole('button', { name: 'Remove picture' })).toHaveCount(0);
  await expect(page.locator('.rail .avatar')).toHaveText('BC');
});

test('notifications: chosen, kept, and heard of in the tab’s title', async ({ open }) => {
  const page = await open('chloe');
  await visit(page, '/settings/notifications');
  await expect(page.getByRole('heading', { name: 'Notifications' })).toBeVisible();
  await expectAccessible(page);
  const unassigned = page.getByRole('checkbox', { name: 'By mail: A customer writes in a conversation that is nobody’s' });
  const other = !(await unassigned.isChecked());
  await unassigned.setChecked(other);
  await page.getByRole('checkbox', { name: 'In the app: A customer writes in a conversation that is nobody’s' }).check();
  await page.getByLabel('After a message waited for').selectOption('4 hours');
  await page.getByLabel('From').fill('22:00');
  await page.getByLabel('Until').fill('07:00');
  await page.getByRole('button', { name: 'Save notifications' }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  await visit(page, '/settings/notifications');
  await expect(unassigned).toBeChecked({ checked: other });
  await expect(page.getByLabel('After a message waited for')).toHaveValue('240');
  await expect(page.getByLabel('From')).toHaveValue('22:00');

  // Nobody looks at this tab.
  await page.evaluate(() => Object.defineProperty(document, 'hasFocus', { value: () => false }));
  const customer = await wroteIn('Nora News', 'Is anybody there?');
  await expect.poll(() => page.title()).toMatch(/^\(1\) Notifications/);
  await sandbox.writes(customer.id, 'Hello?');
  await applied(customer.name, 'Hello?');
  await expect.poll(() => page.title()).toMatch(/^\(2\) /);
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  expect(await page.title()).toMatch(/^Notifications/);

  await page.getByRole('checkbox', { name: 'In the app: A customer writes in a conversation that is nobody’s' }).uncheck();
  await page.getByRole('button', { name: 'Save notifications' }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  const phone = await open('chloe', PHONE);
  await phone.goto('/settings/notifications');
  await expect(phone.getByRole('button', { name: 'Save notifications' })).toBeVisible();
  await expectNoSideways(phone);
});

test('notifications are chosen without scripts too', async ({ open }) => {
  const page = await open('ben', { javaScriptEnabled: false });
  await page.goto('/settings/notifications');
  await page.getByLabel('From').fill('22:00');
  await page.getByRole('button', { name: 'Save notifications' }).click();
  await expect(page).toHaveURL(/__err=/);
  await page.goto('/settings/notifications');
  await page.getByRole('checkbox', { name: 'Play a sound' }).check();
  await page.getByRole('button', { name: 'Save notifications' }).click();
  await expect(page).toHaveURL(/\/settings\/notifications$/);
  await expect(page.getByRole('checkbox', { name: 'Play a sound' })).toBeChecked();
  await page.getByRole('checkbox', { name: 'Play a sound' }).uncheck();
  await page.getByRole('button', { name: 'Save notifications' }).click();
});

test('an API key: made, shown once, used, revoked', async ({ open }) => {
  const page = await open(null);
  await settle(page, 'Kim Keys', address('kim'), 'Keys Ltd');
  await page.goto('/settings/api-keys');
  await expect(page.getByText('No keys yet')).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel('What it is for').fill('Website');
  await page.getByRole('checkbox', { name: 'Read contacts with numbers and addresses' }).check();
  await page.getByRole('button', { name: 'Make a key' }).click();
  const secret = await page.locator('[data-secret]').inputValue();
  expect(secret).toMatch(/^parley_[\w-]{43}$/);
  await expect(page.getByLabel('What it is for')).toHaveValue('');
  const row = page.getByRole('listitem').filter({ hasText: 'Website' });
  await expect(row).toContainText('never used');
  await expectAccessible(page);

  const ask = () => fetch(`${sandbox.BASE}/api/v1/contacts`, { headers: { authorization: `Bearer ${secret}` } });
  expect((await ask()).status).toBe(200);
  await page.reload();
  await expect(page.locator('[data-secret]')).toHaveCount(0);
  await expect(row).toContainText('last used');
  await page.getByLabel('Revoke Website…').click();
  await page.getByRole('button', { name: 'Revoke Website', exact: true }).click();
  await expect(page.getByText('No keys yet')).toBeVisible();
  expect((await ask()).status).toBe(401);
  await page.setViewportSize({ width: 360, height: 740 });
  await expectNoSideways(page);
});
