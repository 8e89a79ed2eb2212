// Connecting a number, in the three ways there are, and the first hour around it.

import { address, INBOX, settle } from '../support/people.ts';
import { expect, expectAccessible, expectNoSideways, row, sandbox, send, test } from '../support/test.ts';
import type { Page } from '@playwright/test';

const tick = (page: Page, name: string) =>
  page.locator('.step').filter({ has: page.locator('.step-name').getByText(name, { exact: true }) });

async function expectTick(page: Page, name: string, state: 'Works' | 'Needs you' | 'Waiting'): Promise<void> {
  await expect(tick(page, name).locator('.badge')).toHaveText(state);
}

/** A business of the sandbox, as somebody would find it at Meta. */
async function businessAtMeta(name: string): Promise<Record<string, string>> {
  return sandbox.post('businesses', { name });
}

async function fillByHand(page: Page, business: Record<string, string>, secret = business.app_secret!): Promise<void> {
  await page.getByLabel('App ID').fill(business.app_id!);
  await page.getByLabel('App secret').fill(secret);
  await page.getByLabel('Access token').fill(business.token!);
  await page.getByLabel('WhatsApp Business account ID').fill(business.waba_id!);
}

test('a new workspace gets a sandbox number and answers its first customer, without an account anywhere', async ({ open }) => {
  const page = await open(null);
  await settle(page, 'Stella Start', address('stella'), 'Start Estates');
  await expect(page.getByRole('heading', { name: 'First steps' })).toBeVisible();
  await expect(page.getByText('0 of 6 done')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Connect a number' }).click();
  await expect(page.getByRole('heading', { name: 'Connect a number' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Get a sandbox number' }).click();
  for (const name of ['Access token', 'Number', 'Webhook address', 'Subscription']) await expectTick(page, name, 'Works');
  await expectTick(page, 'Signature', 'Waiting');
  await expectTick(page, 'Test message', 'Waiting');
  await expectAccessible(page);

  const phone = await page.getByRole('link', { name: 'Open the phone' }).getAttribute('href');
  const written = await fetch(`${sandbox.BASE}${phone}control/inbound`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ customer: 'grace', text: 'Is the flat still free?' }),
  });
  expect(written.status).toBe(200);
  // The page watches.
  await expectTick(page, 'Signature', 'Works');
  await expectTick(page, 'Test message', 'Works');

  await page.getByRole('link', { name: 'Open the inbox' }).click();
  await row(page, 'Grace Okafor').click();
  await send(page, 'It is. Would you like to see it?');
  await expect
    .poll(async () => JSON.stringify(await (await fetch(`${sandbox.BASE}${phone}control/chat/grace`)).json()))
    .toContain('Would you like to see it?');
  await page.goto('/start');
  await expect(page.getByText('2 of 6 done')).toBeVisible();
  await page.getByRole('button', { name: 'Put this list away' }).click();
  await expect(page.getByRole('button', { name: 'Show this list again' })).toBeVisible();
});

test('what is entered by hand is kept, checked, and mended where it is red', async ({ open, watch }) => {
  // A look that was on its way when the number was disconnected.
  watch.expect(/response 422: POST .*connect/, /response 404: POST .*read_connection/);
  const page = await open(null);
  await settle(page, 'Hanna Hand', address('hanna'), 'Hand Estates');
  const business = await businessAtMeta('Hand Estates');
  await page.goto('/settings/channels/connect');
  await page.getByLabel('App ID').fill('my app');
  await page.getByLabel('App secret').fill('x');
  await page.getByLabel('Access token').fill('x');
  await page.getByLabel('WhatsApp Business account ID').fill('1');
  await page.getByRole('button', { name: 'Save and check' }).click();
  await expect(page.getByRole('alert')).toContainText('digits only');
  await fillByHand(page, business, 'not-the-secret');
  await page.getByRole('button', { name: 'Save and check' }).click();
  await expectTick(page, 'Access token', 'Needs you');
  await expect(tick(page, 'Access token')).toContainText('Meta knows no app with this ID and secret');
  await expectTick(page, 'Webhook address', 'Waiting');
  await expectAccessible(page);

  await page.getByText('Change', { exact: true }).click();
  await page.getByLabel('App secret').fill(business.app_secret!);
  await page.getByRole('button', { name: 'Save and check' }).click();
  await expectTick(page, 'Access token', 'Works');
  await expectTick(page, 'Number', 'Works');
  await expectTick(page, 'Webhook address', 'Needs you');
  await page.getByRole('button', { name: 'Set up the webhook for me' }).click();
  await expectTick(page, 'Webhook address', 'Works');
  await expectTick(page, 'Subscription', 'Works');

  // Somebody else's webhook at our address.
  const callback = await page.getByRole('textbox', { name: 'Callback URL' }).inputValue();
  const forged = await fetch(callback, { method: 'POST', headers: { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }, body: '{}' });
  expect(forged.status).toBe(401);
  await expectTick(page, 'Signature', 'Needs you');

  await page.getByText('Disconnect…', { exact: true }).click();
  await page.getByRole('button', { name: 'Disconnect', exact: true }).click();
  await expect(page).toHaveURL(/\/settings\/channels$/);
  await expect(page.getByText('Disconnected')).toBeVisible();
});

test("Meta's window gives a business and a number, which is registered with a PIN", async ({ open, watch }) => {
  watch.expect(/response 422: POST .*register_number/);
  const page = await open(null);
  await settle(page, 'Wanda Window', address('wanda'), 'Window Estates');
  await page.goto('/settings/channels/connect');
  await page.getByRole('link', { name: "Open Meta's page" }).click();
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    page.getByRole('button', { name: "Open Meta's window" }).click(),
  ]);
  const fresh = popup.getByRole('radio', { name: 'A new business' });
  if (await fresh.isVisible()) await fresh.check();
  await popup.getByLabel('Name of the business').fill('Window Estates');
  await popup.getByRole('button', { name: 'Continue' }).click();
  await popup.getByRole('button', { name: 'Continue' }).click();
  await popup.getByRole('button', { name: 'Finish' }).click();
  await expect(page).toHaveURL(/\/settings\/channels\/[0-9a-f-]{36}$/);
  await expectTick(page, 'Access token', 'Works');
  await expectTick(page, 'Webhook address', 'Works');
  await expectTick(page, 'Number', 'Needs you');
  await page.getByText('Register…', { exact: true }).click();
  await page.getByLabel('PIN').fill('12345');
  await page.getByRole('button', { name: 'Register' }).click();
  await expect(page.getByRole('alert')).toContainText('six digits');
  await page.getByLabel('PIN').fill('123456');
  await page.getByRole('button', { name: 'Register' }).click();
  await expectTick(page, 'Number', 'Works');
});

test("what Meta's window ends with is for the workspace it was opened for, and for no other", async ({ open }) => {
  const page = await open(null);
  await settle(page, 'Wolf Window', address('wolf'), 'First Windows');
  await page.goto('/welcome');
  await page.getByLabel('Name of the business').fill('Second Windows');
  await page.getByRole('button', { name: 'Create workspace' }).click();
  await expect(page).toHaveURL(/\/start$/);
  await page.goto('/connect/whatsapp');
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    page.getByRole('button', { name: "Open Meta's window" }).click(),
  ]);
  const fresh = popup.getByRole('radio', { name: 'A new business' });
  if (await fresh.isVisible()) await fresh.check();
  await popup.getByLabel('Name of the business').fill('Second Windows');
  await popup.getByRole('button', { name: 'Continue' }).click();
  await popup.getByRole('button', { name: 'Continue' }).click();

  const other = await page.context().newPage();
  const switchTo = async (name: string) => {
    await other.goto('/settings/profile');
    await other.getByRole('button', { name: `Switch to ${name}` }).click();
    await expect(other).toHaveURL(INBOX);
  };
  await switchTo('First Windows');
  await popup.getByRole('button', { name: 'Finish' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.getByRole('alert')).toContainText('In another tab you went to another workspace');
  await expect(page).toHaveURL(/\/settings\/channels\/connect\?/);
  const connected = async () => (await (await other.request.post('/api/settings/api/channels/read_connections')).json()).length;
  expect(await connected(), 'in the first').toBe(0);
  await switchTo('Second Windows');
  expect(await connected(), 'in the second').toBe(0);
});

test("only Meta is heard on the page with Meta's window", async ({ open }) => {
  const page = await open(null);
  await settle(page, 'Mara Message', address('mara'), 'Message Estates');
  await page.goto('/connect/whatsapp');
  await expect(page.getByRole('button', { name: "Open Meta's window" })).toBeEnabled();
  const say = (origin: string, words: string) =>
    page.evaluate(
      ([origin, words]) => {
        const data = JSON.stringify({ type: 'WA_EMBEDDED_SIGNUP', event: 'ERROR', data: { error_message: words } });
        dispatchEvent(new MessageEvent('message', { origin, data }));
      },
      [origin, words] as const,
    );
  const lookalikes = ['https://evilfacebook.com', 'https://facebook.com.evil.example', 'http://www.facebook.com'];
  for (const origin of ['https://evil.example', ...lookalikes, 'null']) {
    await say(origin, 'Type your password here');
    await expect(page.getByRole('status')).toBeEmpty();
  }
  await say('https://www.facebook.com', 'Meta is closed today.');
  await expect(page.getByRole('status')).toHaveText('Meta is closed today.');
});

test('on a phone, nothing of it goes sideways', async ({ open }) => {
  const page = await open('anna', { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
  for (const path of ['/start', '/settings/channels', '/settings/channels/connect']) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expectNoSideways(page);
    await expectAccessible(page);
  }
});
