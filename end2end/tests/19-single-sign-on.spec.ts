import type { Page } from '@playwright/test';
import { INBOX, address, join, linkTo, settle, signIn } from '../support/people.ts';
import { CLIENT, Identities, SECRET, signInThere } from '../support/provider.ts';
import { HOME } from '../support/sandbox.ts';
import { expect, expectAccessible, test } from '../support/test.ts';

let made = 0;
/** A domain of a business that no other test knows. */
const business = () => `sso${Date.now().toString(36)}${(made += 1)}.example`;

const section = (page: Page) => page.locator('#single-sign-on');

/** The provider's own pages ask for a font of another site. */
async function withoutFonts(page: Page): Promise<Page> {
  await page.route(/fonts\.googleapis\.com/, (route) => route.abort('aborted'));
  return page;
}

async function goThrough(page: Page, email: string): Promise<void> {
  await page.goto('/sign-in');
  await page.getByRole('link', { name: 'Sign in with single sign-on' }).click();
  await page.getByLabel('Work email').fill(email);
  await page.getByRole('button', { name: 'Go on' }).click();
}

test('a workspace connects its provider, and people come in through it', async ({ open, watch }) => {
  test.slow();
  watch.expect(/response 422: POST .*check_sso/);
  // A dangerous act that is not fresh, and pages whose session ends or opens nothing any more.
  watch.expect(/response 403: POST .*(save_sso|who_am_i|list_conversations|read_)/);
  watch.expect(/response 401: GET .*\/live/);
  const domain = business();
  const [owner, nora, max] = [`olga@${domain}`, `nora@${domain}`, `max@${domain}`];
  const identities = await Identities.start();
  try {
    const admin = await withoutFonts(await open(null, { baseURL: HOME }));
    await settle(admin, 'Olga Owner', owner, 'Otter Sign-on Ltd');
    await admin.goto('/settings/business');
    const redirect = (await section(admin).locator('code').textContent())!;
    expect(redirect).toMatch(/\/sso\/return\/[0-9a-f-]{36}$/);
    identities.register(redirect, { [nora]: 'Nora New' });
    const member = await withoutFonts(await open(null, { baseURL: HOME }));
    await admin.request.post('/api/settings/api/team/invite', { form: { email: max, role: 'agent', scope: 'all' } });
    await join(member, await linkTo(max, '/invitation'), 'Max Member');

    await section(admin).getByLabel('Issuer').fill('http://127.0.0.1:9');
    await section(admin).getByRole('button', { name: 'Check' }).click();
    await expect(section(admin).getByText('There is no answer at this address.')).toBeVisible();
    await section(admin).getByLabel('Issuer').fill(identities.issuer);
    await section(admin).getByRole('button', { name: 'Check' }).click();
    await expect(section(admin).getByText(`Found ${identities.issuer}.`)).toBeVisible();
    await expect(section(admin)).toContainText('Supported');
    await section(admin).getByLabel('Client id').fill(CLIENT);
    await section(admin).getByLabel('Client secret').fill(SECRET);
    await section(admin).getByLabel('Email domains').fill(domain);
    await section(admin).getByRole('checkbox', { name: 'Let new people in' }).check();
    await expectAccessible(admin);
    await section(admin).getByRole('button', { name: 'Connect' }).click();
    await expect(section(admin).getByText(`Connected to ${identities.issuer}.`)).toBeVisible();
    await expect(section(admin).getByText('Empty keeps the present one.')).toBeVisible();

    await admin.goto('/settings/profile');
    await admin.getByRole('button', { name: 'Sign out' }).click();
    await expect(admin).toHaveURL(/\/sign-in$/);
    await goThrough(admin, owner);
    await signInThere(admin, owner);
    await expect(admin).toHaveURL(INBOX);
    await admin.goto('/settings/security');
    await expect(admin.getByText('You signed in through your organisation')).toBeVisible();
    await expect(admin.getByRole('heading', { name: 'Password' })).toHaveCount(0);

    const guest = await withoutFonts(await open(null, { baseURL: HOME }));
    await goThrough(guest, nora);
    await signInThere(guest, nora);
    await expect(guest).toHaveURL(INBOX);
    await guest.goto('/settings/profile');
    await expect(guest.getByRole('heading', { name: 'Nora New' })).toBeVisible();

    await admin.goto('/settings/team');
    await expect(admin.getByRole('listitem').filter({ hasText: nora })).toContainText('Agent');
    await admin.goto('/settings/business');
    await expect(section(admin)).toContainText('Members who came in this way: 2.');
    const requireIt = async () => {
      await section(admin).getByRole('checkbox', { name: 'Members sign in this way only' }).check();
      await section(admin).getByRole('button', { name: 'Save' }).click();
    };
    const signInAgain = admin.getByRole('dialog').getByRole('button', { name: 'Sign in again' });
    // Whoever sits down at this browser can leave out what the provider was asked, and comes back with its own old session.
    const asked: URLSearchParams[] = [];
    await admin.route(
      (url) => url.origin === identities.issuer && url.searchParams.has('prompt'),
      (route) => {
        const url = new URL(route.request().url());
        asked.push(new URLSearchParams(url.searchParams));
        url.searchParams.delete('prompt');
        url.searchParams.delete('max_age');
        return route.fulfill({ status: 302, headers: { location: url.href } });
      },
    );
    await requireIt();
    await expectAccessible(admin);
    await signInAgain.click();
    await expect(admin.getByRole('alert')).toHaveText(/^Your organisation did not confirm that you signed in there just now/);
    expect(asked.map((query) => [query.get('prompt'), query.get('max_age')])).toEqual([['login', '0']]);
    await admin.unrouteAll();
    await withoutFonts(admin);
    // Asked as it should be, it wants a sign-in and says when that was.
    await admin.goto('/settings/business');
    await requireIt();
    await signInAgain.click();
    await signInThere(admin, owner, { agreed: true });
    await expect(admin).toHaveURL(/\/settings\/business$/);
    await requireIt();
    await expect(admin.getByText('Single sign-on is saved.')).toBeVisible();

    // Who came by a password is shown the way.
    await member.goto('/inbox');
    await expect(member).toHaveURL(/\/workspaces$/);
    await expect(member.getByText('Your workspace Otter Sign-on Ltd signs in through')).toBeVisible();
    await expectAccessible(member);
    await member.getByRole('button', { name: 'Sign in there: Otter Sign-on Ltd' }).click();
    await signInThere(member, max);
    await expect(member).toHaveURL(INBOX);

    // The owner's own password still opens everything; then it ends.
    const again = await open(null, { baseURL: HOME });
    await signIn(again, owner);
    await expect(again).toHaveURL(INBOX);
    await again.goto('/settings/team');
    const row = again.getByRole('listitem').filter({ hasText: max });
    await row.getByText('Change', { exact: true }).click();
    await expectAccessible(again);
    await row.getByRole('button', { name: 'Forget their sign-in at the provider: Max Member' }).click();
    await expect(again.getByText('Forgotten. Their next sign-in')).toBeVisible();
    await member.goto('/inbox');
    await expect(member).toHaveURL(/\/sign-in/);
    await again.goto('/settings/business');
    await section(again).getByText('Remove…').click();
    await section(again).getByRole('button', { name: 'Remove single sign-on' }).click();
    await expect(section(again).getByRole('button', { name: 'Connect' })).toBeVisible();
    await guest.goto('/inbox');
    await expect(guest).toHaveURL(/\/sign-in/);
  } finally {
    identities.stop();
  }
});

test('an address without a provider leads nowhere, and says nothing of accounts', async ({ open }) => {
  for (const email of ['anna@harbourhill.example', address('nobody')]) {
    const page = await open(null, { javaScriptEnabled: false });
    await page.goto('/sign-in/sso?next=%2Fsettings%2Fprofile');
    await page.getByLabel('Work email').fill(email);
    await page.getByRole('button', { name: 'Go on' }).click();
    await expect(page.getByRole('alert')).toHaveText(/^No single sign-on is set up for this address/);
    await expect(page).toHaveURL(/problem=no_provider&next=\/settings\/profile$/);
  }
});

test('a return that nobody waits for is refused', async ({ open }) => {
  const page = await open(null, { baseURL: HOME });
  await page.goto('/sso/return/0198f1c2-0000-7000-8000-000000000001?code=made-up&state=made-up');
  await expect(page.getByRole('alert')).toHaveText(/^This sign-in took too long/);
  expect(await page.context().cookies()).toEqual([]);
});
