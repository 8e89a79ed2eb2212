// Pages that have grown stale: what they show is of another workspace or person by now, or their member may see less.

import type { Page } from '@playwright/test';
import { address, INBOX, join, linkTo, settle, signIn } from '../support/people.ts';
import { asAnna, emailOf, entry, expect, expectAccessible, expectNoSideways, list, openThread, PASSWORD, row, sandbox, send, test, thread, visit, wroteIn } from '../support/test.ts';
import { Watch } from '../support/watch.ts';

const PHOTOGRAPH = new URL('../../server/tests/http/walls/files/photograph.jpg', import.meta.url).pathname;
const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
const business = (page: Page) => page.getByLabel('Name of the business');
const saveProfile = (page: Page) => page.getByRole('button', { name: 'Save profile' });
const save = (page: Page) => page.getByRole('button', { name: 'Save', exact: true }).first();

/** Somebody new in the demonstration, and their id there. */
async function colleague(page: Page, name: string, role = 'agent'): Promise<string> {
  const email = address(name.toLowerCase());
  await asAnna('/api/settings/api/team/invite', { email, role, scope: 'all' });
  await join(page, await linkTo(email, '/invitation'), `${name} Stale`);
  const { members } = await asAnna('/api/settings/api/team/read_team', {});
  return members.find((member: { email: string }) => member.email === email).id;
}

/** The digits that a page shows, for looking for a number however it is written. */
const digits = async (page: Page): Promise<string> => (await page.locator('main').innerText()).replace(/\D/g, '');

/** Two tabs of somebody with two workspaces: the first tab shows the settings of Second Ltd. */
async function twoTabs(page: Page, name: string): Promise<Page> {
  await settle(page, name, address('two'), 'First Ltd');
  await page.goto('/welcome');
  await business(page).fill('Second Ltd');
  await page.getByRole('button', { name: 'Create workspace' }).click();
  await expect(page).toHaveURL(/\/start$/);
  await visit(page, '/settings/business');
  await expect(business(page)).toHaveValue('Second Ltd');
  return page.context().newPage();
}

async function switchTo(page: Page, name: string): Promise<void> {
  await page.goto('/settings/profile');
  await page.getByRole('button', { name: `Switch to ${name}` }).click();
  await expect(page).toHaveURL(INBOX);
}

const nameOf = async (page: Page): Promise<string> =>
  (await (await page.request.post('/api/settings/api/business/read_business')).json()).business.name;

test('a tab that does not know yet that another went elsewhere changes nothing there', async ({ open, watch }) => {
  watch.expect(/response 409: POST .*save_business/, /net::ERR_FAILED/);
  const page = await open(null);
  const other = await twoTabs(page, 'Tara Tabs');
  // It learns nothing by itself.
  await page.route('**/place', (route) => route.abort());
  await switchTo(other, 'First Ltd');

  await business(page).fill('Renamed Ltd');
  await save(page).click();
  const refused = page.getByRole('alert').filter({ hasText: 'In another tab you went to another workspace' });
  await expect(refused).toBeVisible();
  await expect(refused).toContainText('Nothing was saved here.');
  await expectAccessible(page);
  expect(await nameOf(other)).toBe('First Ltd');

  await refused.getByRole('link', { name: 'Load this page again' }).click();
  await expect(business(page)).toHaveValue('First Ltd');
  await business(page).fill('First and Only Ltd');
  await save(page).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  expect(await nameOf(other)).toBe('First and Only Ltd');
});

test('a form that a tab posts by itself changes nothing elsewhere, and says so', async ({ open, watch }) => {
  watch.expect(/net::ERR_FAILED/, /response 409: /);
  const page = await open(null);
  const other = await twoTabs(page, 'Nora Native');
  await visit(page, '/settings/profile');
  await page.route('**/place', (route) => route.abort());
  await switchTo(other, 'First Ltd');
  await page.getByRole('button', { name: 'Switch to First Ltd' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.getByRole('alert')).toContainText('In another tab you went to another workspace');
  await expect(page).toHaveURL(/\/settings\/profile\?/);
  await expect(page.getByRole('button', { name: 'Switch to Second Ltd' })).toBeVisible();
  await expectAccessible(page);
  await page.reload();
  await expect(page.getByRole('button', { name: 'Switch to Second Ltd' })).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('without scripts too, what is typed for one workspace is not saved in another', async ({ open }) => {
  const scripted = await open(null);
  await twoTabs(scripted, 'Paul Plain');
  const storageState = await scripted.context().storageState();
  await scripted.close();
  const page = await open(null, { javaScriptEnabled: false, storageState });
  await page.goto('/settings/business');
  await expect(business(page)).toHaveValue('Second Ltd');
  await switchTo(await page.context().newPage(), 'First Ltd');

  await business(page).fill('Renamed Ltd');
  await save(page).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.getByRole('alert')).toContainText('In another tab you went to another workspace');
  await expect(business(page)).toHaveValue('First Ltd');
  await business(page).fill('First and Only Ltd');
  await save(page).click();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(business(page)).toHaveValue('First and Only Ltd');
});

test('a tab whose session went to another workspace goes to the inbox there', async ({ open, watch }) => {
  watch.expect(/response (401|409): /);
  const page = await open(null);
  const other = await twoTabs(page, 'Tom Tabs');
  await switchTo(other, 'First Ltd');
  await expect(page).toHaveURL(INBOX);
  await visit(page, '/settings/business');
  await expect(business(page)).toHaveValue('First Ltd');
});

test('a tab in which a workspace was made belongs to it, and saves in it', async ({ open }) => {
  const page = await open(null);
  await settle(page, 'Mara Maker', address('mara'), 'Made Ltd');
  // No page was loaded since: the one that made the workspace goes along.
  await page.getByRole('link', { name: 'Profile of Mara Maker' }).click();
  await page.getByLabel('Job title').fill('Founder');
  await saveProfile(page).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  // So do the forms that it posts by itself.
  await page.getByLabel('PNG, JPEG or WebP, at most 5 MB').setInputFiles(PHOTOGRAPH);
  await page.getByRole('button', { name: 'Upload picture' }).click();
  await expect(page.getByRole('button', { name: 'Remove picture' })).toBeVisible();
});

test('what is typed stays while only its writer’s rights change, until it is sent', async ({ open }) => {
  const page = await open(null);
  const member = await colleague(page, 'Tilda');
  await visit(page, '/settings/profile');
  await page.getByLabel('Job title').fill('Half typed');
  const before = await page.evaluate(() => document.documentElement.dataset.place);
  const compared = page.waitForResponse(
    async (response) => new URL(response.url()).pathname === '/place' && (await response.text()) !== before,
  );
  await asAnna('/api/settings/api/team/set_role', { member, role: 'read_only', scope: 'all' });
  await compared;
  await page.getByLabel('Phone').fill('+44 20 7946 0958');
  await expect(page.getByLabel('Job title')).toHaveValue('Half typed');
  const anew = page.waitForEvent('load');
  await saveProfile(page).click();
  await anew;
  await expect(page.getByLabel('Job title')).toHaveValue('Half typed');
  const after = await page.evaluate(() => document.documentElement.dataset.place);
  expect(after, 'it shows what they may do now').toBe(await (await page.request.get('/place')).text());
});

test('a call for news that fails although its page is as it should be is noticed', async ({ open, watch }) => {
  watch.expect(/response 409: POST .*read_news/);
  const page = await open(null);
  await settle(page, 'Nils News', address('nils'), 'News Ltd');
  const own = new Watch();
  own.page(page);
  await visit(page, '/settings/profile');
  await page.route('**/read_news', (route) => route.fulfill({ status: 409, body: '"Moved"' }));
  const news = page.waitForResponse((response) => response.url().endsWith('/read_news'));
  await page.evaluate(() => dispatchEvent(new Event('parley:change')));
  await news;
  expect(await own.unexpected()).toEqual([expect.stringContaining('response 409: POST')]);
});

test('who may see less sees less at once: numbers, conversations, and then nothing', async ({ open, watch }) => {
  test.setTimeout(90_000);
  watch.expect(/response 40[1349]: /);
  const customer = await wroteIn('Remy Rights', 'May I have the keys?');
  const other = await wroteIn('Rhea Rights', 'And I?');
  const page = await open(null);
  const member = await colleague(page, 'Robin');
  await openThread(page, customer.name);
  await expect(entry(page, 'May I have the keys?')).toBeVisible();
  await expect.poll(() => digits(page)).toContain(customer.phone);

  const alive = page.waitForResponse((response) => new URL(response.url()).pathname === '/live');
  await asAnna('/api/settings/api/team/set_role', { member, role: 'read_only', scope: 'all' });
  await expect.poll(() => digits(page), { timeout: 4_000 }).not.toContain(customer.phone);
  await expect(entry(page, 'May I have the keys?'), 'they may still read').toBeVisible();
  await alive;

  await asAnna('/api/settings/api/team/set_role', { member, role: 'read_only', scope: 'own' });
  await expect(page.getByText('May I have the keys?')).toHaveCount(0, { timeout: 8_000 });
  await expect(page.getByText(other.name)).toHaveCount(0);

  await asAnna('/api/settings/api/team/deactivate', { member, heir: '' });
  await expect(page).toHaveURL(/\/welcome$/, { timeout: 15_000 });
  await expect(page.getByText('Your access to Harbour & Hill Estates has ended.')).toBeVisible();
  await expectAccessible(page);

  await asAnna('/api/settings/api/team/reactivate', { member });
  await expect(async () => {
    await page.goto('/inbox');
    await expect(page).toHaveURL(INBOX, { timeout: 500 });
  }).toPass();
});

test('a form of a session that ended says where to sign in, and then saves what was typed', async ({ open, watch }) => {
  watch.expect(/response 401: /);
  const [page, elsewhere] = [await open(null), await open(null)];
  const email = address('ella');
  await settle(page, 'Ella Ended', email, 'Ended Ltd');
  await visit(page, '/settings/profile');
  await signIn(elsewhere, email);
  await expect(elsewhere).toHaveURL(INBOX);
  const rows = await (await page.request.post('/api/settings/api/security/read_sessions')).json();
  const { id } = rows.find((session: { this: boolean }) => session.this);
  expect((await elsewhere.request.post('/api/settings/api/security/end_session', { form: { session: id } })).status()).toBe(200);

  await page.getByLabel('Job title').fill('Still here');
  await saveProfile(page).click();
  const refused = page.getByRole('alert').filter({ hasText: 'Please sign in.' });
  const opened = page.context().waitForEvent('page');
  await refused.getByRole('link', { name: 'Sign in' }).click();
  const way = await opened;
  await way.getByLabel('Email').fill(email);
  await way.getByLabel('Password').fill('seven brown otters');
  await way.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(way).toHaveURL(INBOX);
  await expect(page.getByLabel('Job title')).toHaveValue('Still here');
  await saveProfile(page).click();
  await expect(page.getByText('Saved.')).toBeVisible();
});

test('a phone finds the way back from a conversation that is gone', async ({ open, watch }) => {
  watch.expect(/response 404: /);
  const page = await open('anna', PHONE);
  await visit(page, '/inbox/0198f1c2-0000-7000-8000-000000000001');
  await expect(thread(page).getByText('This is not here, or no longer.')).toBeVisible();
  await expectAccessible(page);
  await expectNoSideways(page);
  await thread(page).getByRole('link', { name: 'Back to the list' }).tap();
  await expect(list(page)).toBeVisible();
  await expect(page.getByRole('navigation', { name: 'Areas' })).toBeVisible();
});

test('the list says which colleague wrote last', async ({ open }) => {
  const customer = await wroteIn('Wanda Who', 'Who is there?');
  const [anna, ben] = [await open('anna'), await open('ben')];
  await openThread(anna, customer.name);
  await openThread(ben, customer.name);
  await send(anna, 'It is me.');
  await expect(row(anna, customer.name)).toContainText('You: It is me.');
  await expect(row(ben, customer.name)).toContainText('Anna: It is me.');
  await sandbox.idle();
});
