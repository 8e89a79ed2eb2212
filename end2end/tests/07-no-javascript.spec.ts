import { applied, emailOf, entry, expect, field, noteField, PASSWORD, row, sandbox, tab, test, thread, wroteIn } from '../support/test.ts';

const PLAIN = { javaScriptEnabled: false };

test('without scripts: sign in, read, answer, note, assign, resolve, sign out', async ({ open, watch }) => {
  watch.expect(/response 401: POST .*sign_in/);
  const customer = await wroteIn('Pia Plain', 'Do you answer letters as well?');
  const page = await open(null, PLAIN);
  await page.goto('/inbox');
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.getByLabel('Email').fill(emailOf('chloe'));
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await page.getByLabel('Email').fill(emailOf('chloe'));
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL(/\/inbox$/);

  await page.getByRole('searchbox').fill(customer.name);
  await page.getByRole('searchbox').press('Enter');
  await row(page, customer.name).click();
  await expect(entry(page, 'Do you answer letters as well?')).toBeVisible();

  await field(page).fill('We do, with pleasure.');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(entry(page, 'We do, with pleasure.')).toHaveCount(1);
  await sandbox.expectCopies(customer.id, 'We do, with pleasure.', 1);

  await page.getByRole('navigation', { name: 'Write' }).getByRole('link', { name: 'Internal note' }).click();
  await noteField(page).fill('Prefers paper.');
  await page.getByRole('button', { name: 'Save note' }).click();
  await expect(entry(page, 'Prefers paper.')).toContainText('Internal note');

  await page.locator('#assign-menu summary').click();
  await page.locator('#assign-menu').getByRole('button', { name: 'Me', exact: true }).click();
  await expect(page.locator('#assign-menu summary')).toContainText('Chloe Adeyemi');

  await page.getByRole('button', { name: 'Resolve' }).click();
  await expect(page.getByRole('button', { name: 'Reopen' })).toBeVisible();
  await tab(page, 'Resolved').click();
  await expect(row(page, customer.name)).toBeVisible();
  await row(page, customer.name).click();
  await page.getByRole('button', { name: 'Reopen' }).click();
  await expect(page.getByRole('button', { name: 'Resolve' })).toBeVisible();
  expect((await sandbox.chat(customer.id)).filter((message) => !message.mine), 'notes stay inside').toHaveLength(1);

  await page.getByRole('link', { name: /^Profile of/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goto('/inbox');
  await expect(page).toHaveURL(/\/sign-in/);
});

test('without scripts: what cannot be sent says why', async ({ open, watch }) => {
  watch.expect(/response 4\d\d/);
  const customer = await wroteIn('Paul Plain', 'Hello');
  const page = await open('anna', PLAIN);
  await page.goto(`/inbox?q=${encodeURIComponent(customer.name)}`);
  await row(page, customer.name).click();
  await field(page).fill('Too late, I fear.');
  await sandbox.writes(customer.id, 'STOP');
  await sandbox.idle();
  await expect.poll(async () => (await sandbox.chat(customer.id)).filter((message) => !message.mine).length).toBe(1);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(thread(page).getByText('Asked not to be messaged, on')).toBeVisible();
  await sandbox.expectCopies(customer.id, 'Too late, I fear.', 0);
});

test('without scripts: older messages are a link away', async ({ open }) => {
  const customer = await sandbox.customer('Otto Older');
  for (let n = 1; n <= 60; n += 1) await sandbox.wrote(customer.id, `Line number ${n}.`, 600 - n);
  await sandbox.idle();
  await applied(customer.name, 'Line number 60.');
  const page = await open('anna', PLAIN);
  await page.goto(`/inbox?q=${encodeURIComponent(customer.name)}`);
  await row(page, customer.name).click();
  await expect(entry(page, 'Line number 60.')).toBeVisible();
  await expect(entry(page, 'Line number 1.')).toHaveCount(0);
  await page.getByRole('link', { name: 'Older messages' }).click();
  await expect(entry(page, 'Line number 1.')).toHaveCount(1);
  await expect(entry(page, 'Line number 60.')).toHaveCount(0);
  await page.getByRole('link', { name: 'Jump to newest' }).click();
  await expect(entry(page, 'Line number 60.')).toBeVisible();
});
