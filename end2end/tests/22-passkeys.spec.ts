// Passkeys belong to a name, so this goes to the demonstration's own; all other specs go by number.

import type { CDPSession, Page } from '@playwright/test';
import { address, INBOX, mailTo, settle } from '../support/people.ts';
import { HOME } from '../support/sandbox.ts';
import { expect, expectAccessible, sandbox, test } from '../support/test.ts';

/** An authenticator inside the browser that keeps passkeys with their person and always finds who is there. */
async function authenticator(page: Page): Promise<{ client: CDPSession; id: string }> {
  const client = await page.context().newCDPSession(page);
  await client.send('WebAuthn.enable');
  const { authenticatorId } = await client.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { client, id: authenticatorId };
}

test('a passkey is added, signs in without a password, and is removed', async ({ open, watch }) => {
  const page = await open(null, { baseURL: HOME });
  const email = address('petra');
  await settle(page, 'Petra Passkey', email, 'Passkey Ltd');
  const { client, id } = await authenticator(page);
  await page.goto('/settings/security');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByLabel('Name of this device').fill('My laptop');
  await page.getByRole('button', { name: 'Go on' }).click();
  const row = page.getByRole('listitem').filter({ hasText: 'My laptop' });
  await expect(row).toBeVisible();
  await expectAccessible(page);
  expect((await client.send('WebAuthn.getCredentials', { authenticatorId: id })).credentials).toHaveLength(1);
  await mailTo(email, 'The passkey “My laptop” was added');

  await page.goto('/settings/profile');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page).toHaveURL(INBOX);
  await page.goto('/settings/security');
  await expect(row).toContainText('last used');

  // Somebody else's gesture, or none, opens nothing.
  await client.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: false });
  const other = await open(null, { baseURL: HOME });
  await authenticator(other);
  await other.goto('/sign-in');
  await other.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(other.getByRole('alert')).toContainText('This did not work');
  await expect(other).toHaveURL(/\/sign-in/);
  await client.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: true });

  await page.getByRole('button', { name: 'Remove the passkey My laptop' }).click();
  await expect(row).toHaveCount(0);
  await mailTo(email, 'The passkey “My laptop” was removed');
  await page.goto('/settings/profile');
  await page.getByRole('button', { name: 'Sign out' }).click();
  watch.expect(/response 422: POST .*sign_in_by_passkey/);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page.getByRole('alert')).toContainText('was not accepted');
  await expect(page).toHaveURL(/\/sign-in/);
});
