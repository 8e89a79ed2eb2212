// Several people at one browser, and one person whose session ran out.

import type { Page } from '@playwright/test';
import { INBOX, signIn } from '../support/people.ts';
import { emailOf, entry, expect, expectAccessible, expectNoSideways, field, type Member, noteField, openThread, PASSWORD, sandbox, send, test, thread, visit, wroteIn } from '../support/test.ts';

// Whole journeys of two people, one after the other.
test.slow();

// And a tab that was left open may ask once more before it finds out whose session it is now.
const ENDED = [/response (401|409): /];

async function enter(page: Page, member: Member): Promise<void> {
  await signIn(page, emailOf(member), PASSWORD);
  await expect(page).toHaveURL(INBOX);
}

/** Ends the session of `page` from another browser of the same person, as time would. */
async function runOut(page: Page, elsewhere: Page): Promise<void> {
  const rows = await (await page.request.post('/api/settings/api/security/read_sessions')).json();
  const { id } = rows.find((session: { this: boolean }) => session.this);
  const ended = await elsewhere.request.post('/api/settings/api/security/end_session', { form: { session: id } });
  expect(ended.status()).toBe(200);
}

const storage = (page: Page): Promise<Record<string, string>> => page.evaluate(() => ({ ...localStorage }));
const keptBy = async (page: Page): Promise<string[]> => Object.keys(await storage(page)).filter((name) => name.startsWith('kept:'));

test('a session that ran out: what was written is sealed, is there again, and what waited goes out', async ({ open, watch }) => {
  watch.expect(...ENDED);
  const customer = await wroteIn('Sina Session', 'Is the flat still free?');
  const other = await wroteIn('Dele Draft', 'When may I call?');
  const [page, elsewhere] = [await open(null), await open(null)];
  await enter(elsewhere, 'ben');
  await enter(page, 'ben');
  await openThread(page, other.name);
  await field(page).fill('Any time after');
  await page.getByRole('link', { name: 'Internal note', exact: true }).click();
  await noteField(page).fill('Prefers mornings');
  await openThread(page, customer.name);
  await expect(field(page)).toHaveValue('');
  await runOut(page, elsewhere);
  await send(page, 'It is, until Friday.');
  await expect(entry(page, 'It is, until Friday.')).toContainText('Not sent.');

  await expect(page.getByRole('heading', { name: 'Sign in to Parley' })).toBeVisible({ timeout: 20_000 });
  expect(await keptBy(page)).toHaveLength(3);
  const lies = JSON.stringify(await storage(page));
  for (const text of ['Any time after', 'Prefers mornings', 'until Friday', 'Ben']) expect(lies).not.toContain(text);
  expect(await sandbox.sends(customer.id)).toHaveLength(0);

  await page.getByLabel('Email').fill(emailOf('ben'));
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(entry(page, 'It is, until Friday.')).toContainText('Delivered');
  await expect(entry(page, 'It is, until Friday.')).toHaveCount(1);
  await sandbox.expectCopies(customer.id, 'It is, until Friday.', 1);
  await openThread(page, other.name);
  await expect(field(page)).toHaveValue('Any time after');
  await page.getByRole('link', { name: 'Internal note', exact: true }).click();
  await expect(noteField(page)).toHaveValue('Prefers mornings');
  await expect.poll(() => keptBy(page)).toHaveLength(2);
});

test('who signs in next sees nothing of it, in no tab, and it is removed', async ({ open, watch }) => {
  watch.expect(...ENDED);
  const customer = await wroteIn('Nadia Next', 'Are dogs allowed?');
  const [page, elsewhere] = [await open(null), await open(null)];
  await enter(elsewhere, 'ben');
  await enter(page, 'ben');
  await openThread(page, customer.name);
  await field(page).fill('Between us, no');
  const other = await page.context().newPage();
  await openThread(other, customer.name);
  await expect(field(other)).toHaveValue('Between us, no');
  await runOut(page, elsewhere);
  await send(page, 'Ask the landlord.');
  await expect(entry(page, 'Ask the landlord.')).toContainText('Not sent.');
  const left = await keptBy(page);
  expect(left.length).toBeGreaterThan(0);

  await enter(page, 'chloe');
  await openThread(page, customer.name);
  await expect(field(page)).toHaveValue('');
  await expect(thread(page).getByText('Not sent.')).toHaveCount(0);
  expect((await keptBy(page)).filter((name) => left.includes(name))).toEqual([]);
  await expect(other.getByRole('link', { name: /Chloe/ }), 'the tab that was left open is hers now').toBeVisible();
  await expect(field(other)).toHaveValue('');
  expect(await sandbox.sends(customer.id)).toHaveLength(0);

  // Nor does it come back.
  await enter(page, 'ben');
  await openThread(page, customer.name);
  await expect(entry(page, 'Are dogs allowed?')).toBeVisible();
  await expect(thread(page).getByText('Not sent.')).toHaveCount(0);
  await expect(field(page)).toHaveValue('');
});

test('signing out asks where something unsent would be lost, and then leaves nothing behind', async ({ open, watch }) => {
  watch.expect(...ENDED);
  const customer = await wroteIn('Lou Leaving', 'The keys are under the mat.');
  const page = await open(null);
  await enter(page, 'ben');
  const other = await page.context().newPage();
  await openThread(other, customer.name);
  await openThread(page, customer.name);
  await field(page).fill('Thank you, I shall');
  await visit(page, '/settings/profile');
  const leave = page.getByRole('main').getByRole('button', { name: 'Sign out', exact: true });
  const question = page.getByRole('dialog', { name: 'Delete what you have not sent?' });

  await leave.click();
  await expect(question).toBeVisible();
  await expectAccessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await expectNoSideways(page);
  await page.setViewportSize({ width: 1280, height: 800 });
  await question.getByRole('button', { name: 'Stay signed in' }).click();
  await expect(question).toBeHidden();
  await openThread(page, customer.name);
  await expect(field(page)).toHaveValue('Thank you, I shall');

  await page.goto('/settings/profile');
  await page.evaluate(() => localStorage.setItem('theme', 'dark'));
  await leave.click();
  await question.getByRole('button', { name: 'Sign out and delete' }).click();
  await expect(page).toHaveURL(/\/sign-in$/);
  expect(Object.keys(await storage(page)), 'the device keeps how it looks').toEqual(['theme']);
  await expect(other.getByRole('heading', { name: 'Sign in to Parley' }), 'every tab is left').toBeVisible();

  // The way back leads nowhere, with a line and without.
  for (const offline of [false, true]) {
    await page.context().setOffline(offline);
    await page.goBack().catch(() => {});
    await expect(page.locator('body')).toContainText(offline ? /offline/i : 'Sign in to Parley');
    await expect(page.getByText(customer.name)).toHaveCount(0);
    await expect(page.getByText('The keys are under the mat.')).toHaveCount(0);
  }
  await page.context().setOffline(false);
});

test('with nothing unsent, signing out asks nothing; a page that was put aside is asked for anew', async ({ open, watch }) => {
  watch.expect(...ENDED);
  const page = await open(null);
  await enter(page, 'ben');
  await visit(page, '/settings/profile');
  const again = page.waitForRequest((request) => request.isNavigationRequest());
  const hidden = await page.evaluate(() => {
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
    return document.documentElement.hidden;
  });
  expect(hidden, 'and not shown until then').toBe(true);
  await again;
  await expect(page.getByRole('heading', { name: 'Ben Carter' })).toBeVisible();
  await page.getByRole('main').getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(page).toHaveURL(/\/sign-in$/);
  expect(Object.keys(await storage(page))).toEqual([]);
});
