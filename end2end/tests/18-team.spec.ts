import type { Page } from '@playwright/test';
import { address, code, INBOX, join, linkTo, NEW_PASSWORD, settle, signIn } from '../support/people.ts';
import { expect, expectAccessible, test } from '../support/test.ts';

const invitation = (page: Page, email: string) => page.getByRole('listitem').filter({ hasText: email });
const member = (page: Page, name: string) => page.locator('.member').filter({ has: page.locator('strong', { hasText: name }) });

async function invite(page: Page, email: string, role = 'Agent'): Promise<string> {
  await page.goto('/settings/team');
  await page.locator('#invite').getByLabel('Email').fill(email);
  await page.locator('#invite').getByLabel('Role').selectOption({ label: role });
  await page.getByRole('button', { name: 'Send invitation' }).click();
  await expect(invitation(page, email)).toBeVisible();
  await expect(page.getByText(`The invitation to ${email} is on its way.`)).toBeVisible();
  await expect(page.locator('#invite').getByLabel('Email')).toHaveValue('');
  return linkTo(email, '/invitation');
}

test('somebody new is invited, joins, gets another role, and is deactivated', async ({ open, watch }) => {
  watch.expect(/response 40[14]: (GET .*\/live|POST .*read_news)/);
  const owner = await open(null);
  await settle(owner, 'Olaf Owner', address('olaf'), 'Owner Ltd');
  const email = address('gwen');
  const first = await invite(owner, email);
  await expectAccessible(owner);
  await owner.getByRole('button', { name: `Send the invitation to ${email} again` }).click();
  await expect(owner.getByText('Sent again.')).toBeVisible();
  let link = first;
  await expect.poll(async () => (link = await linkTo(email, '/invitation'))).not.toBe(first);

  const guest = await open(null);
  await guest.goto(first);
  await expect(guest.getByText('This invitation no longer works')).toBeVisible();
  await guest.goto(link);
  await expect(guest.getByText('Olaf Owner invites you to Owner Ltd.')).toBeVisible();
  await expectAccessible(guest);
  await join(guest, link, 'Gwen Guest');
  await guest.goto('/settings/profile');
  const settings = guest.getByRole('navigation', { name: 'Settings' });
  await expect(settings.getByRole('link', { name: 'Security' })).toBeVisible();
  await expect(settings.getByRole('link', { name: 'Team' })).toHaveCount(0);

  await owner.goto('/settings/team');
  await expect(member(owner, 'Gwen Guest')).toContainText('Agent');
  await owner.getByLabel('Change Gwen Guest').click();
  await member(owner, 'Gwen Guest').getByLabel('Role').selectOption({ label: 'Manager' });
  await member(owner, 'Gwen Guest').getByLabel('Sees').selectOption({ label: 'Only their own' });
  await member(owner, 'Gwen Guest').getByRole('button', { name: 'Save' }).click();
  await expect(member(owner, 'Gwen Guest')).toContainText('Manager');
  await expect(member(owner, 'Gwen Guest').locator('.member-facts')).toContainText('Only their own');

  await owner.getByLabel('Change Gwen Guest').click();
  await expectAccessible(owner);
  await owner.getByRole('button', { name: 'Sign out everywhere: Gwen Guest' }).click();
  await expect(owner.getByText('Signed out. They can sign in again.')).toBeVisible();
  await guest.goto('/inbox');
  await expect(guest).toHaveURL(/\/sign-in/);
  await signIn(guest, email);
  await expect(guest).toHaveURL(INBOX);
  await guest.goto('/settings/profile');

  await owner.getByLabel('Change Gwen Guest').click();
  await owner.getByLabel('Deactivate Gwen Guest…').click();
  await member(owner, 'Gwen Guest').getByLabel('Who takes over').selectOption({ label: 'Olaf Owner' });
  await owner.getByRole('button', { name: 'Deactivate Gwen Guest', exact: true }).click();
  await expect(member(owner, 'Gwen Guest')).toContainText('Deactivated');
  // By itself: the page is not theirs to look at any more.
  await expect(guest).toHaveURL(/\/welcome$/);
  await expect(guest.getByText('Your access to Owner Ltd has ended.')).toBeVisible();
  await expectAccessible(guest);

  await owner.getByRole('button', { name: 'Reactivate Gwen Guest' }).click();
  await expect(member(owner, 'Gwen Guest')).not.toContainText('Deactivated');
  await guest.goto('/inbox');
  await expect(guest).toHaveURL(INBOX);
});

test('an invitation is taken back', async ({ open }) => {
  const owner = await open(null);
  await settle(owner, 'Tess Takeback', address('tess'), 'Takeback Ltd');
  const email = address('never');
  const link = await invite(owner, email);
  await owner.getByRole('button', { name: `Take back the invitation to ${email}` }).click();
  await expect(invitation(owner, email)).toHaveCount(0);
  const guest = await open(null);
  await guest.goto(link);
  await expect(guest.getByText('This invitation no longer works')).toBeVisible();
});

test('somebody who has an account signs in, accepts, and switches between workspaces', async ({ open, watch }) => {
  // Whoever leaves a workspace may still be asking for its news.
  watch.expect(/response 409: POST .*read_news/);
  const [owner, known] = [await open(null), await open(null)];
  const email = address('kim');
  await settle(known, 'Kim Known', email, 'Kim Ltd');
  await settle(owner, 'Ivo Inviter', address('ivo'), 'Inviter Ltd');
  const link = await invite(owner, email, 'Admin');
  const fresh = await open(null);
  await fresh.goto(link);
  await fresh.getByRole('link', { name: 'Sign in to accept' }).click();
  await fresh.getByLabel('Email').fill(email);
  await fresh.getByLabel('Password').fill(NEW_PASSWORD);
  await fresh.getByRole('button', { name: 'Sign in', exact: true }).click();
  await fresh.getByRole('button', { name: 'Accept the invitation' }).click();
  await expect(fresh).toHaveURL(INBOX);
  await fresh.goto('/settings/profile');
  await expect(fresh.getByRole('listitem').filter({ hasText: 'Inviter Ltd' })).toContainText('You are here');
  await fresh.getByRole('button', { name: 'Switch to Kim Ltd' }).click();
  await expect(fresh).toHaveURL(INBOX);
  await fresh.goto('/settings/profile');
  await expect(fresh.getByRole('listitem').filter({ hasText: 'Kim Ltd' })).toContainText('You are here');

  await fresh.getByRole('button', { name: 'Switch to Inviter Ltd' }).click();
  await expect(fresh).toHaveURL(INBOX);
  await fresh.goto('/settings/profile');
  await fresh.getByText('Leave this workspace').first().click();
  await fresh.getByRole('checkbox', { name: 'I am sure.' }).check();
  await fresh.getByRole('button', { name: 'Leave this workspace' }).click();
  await expect(fresh).toHaveURL(INBOX);
  await fresh.goto('/settings/profile');
  await expect(fresh.getByRole('listitem').filter({ hasText: 'Kim Ltd' })).toContainText('You are here');
  await expect(fresh.getByText('Inviter Ltd')).toHaveCount(0);

  await owner.goto('/settings/team');
  await expect(member(owner, 'Kim Known')).toContainText('Left');
  await expect(member(owner, 'Kim Known')).toContainText('Only an invitation brings them back.');
  await expect(owner.getByRole('button', { name: 'Reactivate Kim Known' })).toHaveCount(0);
});

test('an invitation for somebody else says so and leads on', async ({ open }) => {
  const [owner, other] = [await open(null), await open(null)];
  await settle(owner, 'Wim Wrong', address('wim'), 'Wrong Ltd');
  const theirs = address('otto');
  await settle(other, 'Otto Other', theirs, 'Other Ltd');
  const email = address('nina');
  const link = await invite(owner, email);
  await other.goto(link);
  await expect(other.getByText(`You are signed in as Otto Other (${theirs}).`)).toBeVisible();
  await expect(other.getByRole('button', { name: 'Accept the invitation' })).toHaveCount(0);
  await expectAccessible(other);
  await other.getByRole('button', { name: 'Sign out and go on' }).click();
  await expect(other.getByRole('button', { name: 'Join' })).toBeVisible();
  await expect(other).toHaveURL(/\/invitation\?link=/);
});

test('roles and teams of one’s own', async ({ open, watch }) => {
  watch.expect(/response (409|422): POST .*save_role/);
  const owner = await open(null);
  await settle(owner, 'Rosa Roles', address('rosa'), 'Roles Ltd');
  await owner.goto('/settings/team');
  await owner.getByText('New role').click();
  await owner.getByLabel('Name of the role').fill('Night desk');
  await owner.getByRole('checkbox', { name: 'Read conversations' }).check();
  await owner.getByRole('checkbox', { name: 'Send messages' }).check();
  await expectAccessible(owner);
  await owner.getByRole('group', { name: 'What it opens' }).locator('..').getByRole('button', { name: 'Save' }).click();
  await expect(owner.getByLabel('Change the role Night desk')).toBeVisible();
  await expect(owner.getByText('Read conversations · Send messages')).toBeVisible();
  await expect(owner.locator('#invite').getByLabel('Role').getByRole('option', { name: 'Night desk' })).toHaveCount(1);

  await owner.getByText('New team').click();
  await owner.getByLabel('Name of the team').fill('Lettings');
  await owner.getByRole('checkbox', { name: 'Rosa Roles' }).check();
  await owner.getByRole('group', { name: 'Members' }).locator('..').getByRole('button', { name: 'Save' }).click();
  await expect(owner.getByLabel('Change the team Lettings')).toBeVisible();
  await expect(member(owner, 'Rosa Roles')).toContainText('Lettings');

  const form = (page: Page) => page.locator('form').filter({ has: page.locator('input[name=name][value="Night desk"]') });
  const colleague = await owner.context().newPage();
  await colleague.goto('/settings/team');
  for (const page of [owner, colleague]) await page.getByLabel('Change the role Night desk').click();
  await form(colleague).getByLabel('Name of the role').fill('Owner');
  await form(colleague).getByRole('button', { name: 'Save' }).click();
  await expect(form(colleague).getByText('Every workspace has a role of this name.')).toBeVisible();
  await form(colleague).getByLabel('Name of the role').fill('Late desk');
  await form(owner).getByRole('checkbox', { name: 'Send messages' }).uncheck();
  await form(owner).getByRole('button', { name: 'Save' }).click();
  await expect(owner.getByText('Read conversations · Send messages')).toHaveCount(0);
  await form(colleague).getByRole('button', { name: 'Save' }).click();
  await expect(form(colleague).getByText('Someone changed this meanwhile.')).toBeVisible();
  await expect(form(colleague).getByLabel('Name of the role')).toHaveValue('Late desk');

  await owner.getByLabel('Change the role Night desk').click();
  await owner.getByRole('button', { name: 'Delete the role Night desk' }).click();
  await expect(owner.getByLabel('Change the role Night desk')).toHaveCount(0);
});

test('a workspace changes hands', async ({ open }) => {
  const [owner, heir] = [await open(null), await open(null)];
  await settle(owner, 'Hana Handing', address('hana'), 'Handing Ltd');
  const email = address('hugo');
  await join(heir, await invite(owner, email, 'Agent'), 'Hugo Heir');
  await owner.goto('/settings/team');
  await owner.getByText('Hand over…').click();
  await owner.getByLabel('New owner').selectOption({ label: 'Hugo Heir' });
  await owner.getByRole('button', { name: 'Offer the workspace' }).click();
  await expect(owner.getByText('Offered to Hugo Heir')).toBeVisible();
  const uninvolved = await open(null);
  await join(uninvolved, await invite(owner, address('una'), 'Agent'), 'Una Uninvolved');
  await uninvolved.goto('/settings/profile');
  await expect(uninvolved.getByRole('heading', { name: 'Una Uninvolved' })).toBeVisible();
  await expect(uninvolved.getByText('Take over Handing Ltd')).toHaveCount(0);
  await heir.goto('/settings/profile');
  await expect(heir.getByText('Hana Handing offers you the ownership of Handing Ltd.')).toBeVisible();
  await expectAccessible(heir);
  await heir.getByRole('button', { name: 'Become the owner' }).click();
  await expect(member(heir, 'Hugo Heir')).toContainText('Owner');
  await expect(member(heir, 'Hana Handing')).toContainText('Admin');
});

test('a second factor required of everybody holds up who has none', async ({ open, watch }) => {
  watch.expect(/response 403: POST .*require_two_factors/);
  const [owner, agent] = [await open(null), await open(null)];
  await settle(owner, 'Rita Require', address('rita'), 'Require Ltd');
  const email = address('arno');
  await join(agent, await invite(owner, email), 'Arno Agent');

  await owner.goto('/settings/business');
  await owner.getByRole('checkbox', { name: 'Require a second factor' }).check();
  await owner.getByRole('checkbox', { name: 'Require a second factor' }).locator('../..').getByRole('button', { name: 'Save' }).click();
  await expect(owner.getByText('Set up a second factor for yourself first')).toBeVisible();
  await owner.goto('/settings/security');
  await owner.getByRole('button', { name: 'Set up an app' }).click();
  const secret = (await owner.locator('.secret').textContent())!;
  await owner.getByLabel('Code that the app shows').fill(code(secret));
  await owner.getByRole('button', { name: 'Turn on' }).click();
  await expect(owner.getByRole('heading', { name: 'Recovery codes' })).toBeVisible();
  await owner.goto('/settings/business');
  await owner.getByRole('checkbox', { name: 'Require a second factor' }).check();
  await owner.getByRole('checkbox', { name: 'Require a second factor' }).locator('../..').getByRole('button', { name: 'Save' }).click();
  await expect(owner.getByText('Saved.')).toBeVisible();

  await agent.goto('/inbox');
  await expect(agent).toHaveURL(/\/settings\/security$/);
  await expect(agent.getByText('Your workspace asks for a second factor.')).toBeVisible();
  await expectAccessible(agent);
  await agent.getByRole('button', { name: 'Set up an app' }).click();
  const own = (await agent.locator('.secret').textContent())!;
  await agent.getByLabel('Code that the app shows').fill(code(own));
  await agent.getByRole('button', { name: 'Turn on' }).click();
  await expect(agent.getByRole('heading', { name: 'Recovery codes' })).toBeVisible();
  await agent.getByRole('link', { name: 'To the inbox' }).click();
  await expect(agent).toHaveURL(INBOX);
});
