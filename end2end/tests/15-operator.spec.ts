import { expect, expectAccessible, sandbox, test, visit } from '../support/test.ts';

test('an event that cannot be applied is put aside, listed and tried again', async ({ open }) => {
  const page = await open('anna');
  await visit(page, '/settings/channels');
  await expect(page.getByRole('heading', { name: 'Channels' })).toBeVisible();
  await expect(page.getByText('Connected', { exact: true })).toBeVisible();
  const items = page.getByRole('listitem').filter({ hasText: 'Attempts:' });
  await expect(page.getByRole('heading', { name: 'Put aside' })).toBeVisible();
  await expect(page.getByText('Phone number ID')).toBeVisible();
  const before = await items.count();

  // A message with neither an id nor a sender.
  await sandbox.post('change', { field: 'messages', metadata: true, value: { messages: [{ type: 'text' }] } });
  await sandbox.idle();
  await expect(items).toHaveCount(before + 1);
  await expectAccessible(page);
  const fresh = items.filter({ hasText: 'Attempts: 1' }).first();
  await expect(fresh.locator('p').first()).toHaveText(/\w+ \w+/);

  const twice = items.filter({ hasText: 'Attempts: 2' });
  const already = await twice.count();
  await fresh.getByRole('button', { name: 'Try again' }).click();
  await expect(twice).toHaveCount(already + 1);
  await expect(items).toHaveCount(before + 1);
  // What follows is not held up.
  const customer = await sandbox.customer('Olga Operator');
  await sandbox.writes(customer.id, 'After the broken one.');
  await visit(page, '/inbox');
  await expect(page.getByRole('link').filter({ hasText: customer.name })).toContainText('After the broken one.');
});

test('an agent does not run the channels', async ({ open, watch }) => {
  watch.expect(/response 403/);
  const page = await open('ben');
  await visit(page, '/inbox');
  const areas = page.getByRole('navigation', { name: 'Areas' });
  await expect(areas.getByRole('link', { name: 'Inbox' })).toBeVisible();
  await expect(areas.getByRole('link', { name: 'Channels' })).toHaveCount(0);
  await page.goto('/settings/channels');
  await expect(page.getByText('You do not have permission for this.')).toBeVisible();
});

test('one’s own page: Enter as one likes it, and the theme', async ({ open }) => {
  const page = await open('chloe');
  await visit(page, '/settings/profile');
  await expect(page.getByRole('heading', { name: 'Chloe Adeyemi' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('radio', { name: 'Dark' }).check();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expectAccessible(page);
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(page.getByRole('radio', { name: 'Dark' })).toBeChecked();

  const enter = page.getByRole('checkbox', { name: 'Enter sends a message' });
  await enter.setChecked(!(await enter.isChecked()));
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  const wanted = await enter.isChecked();
  await page.reload();
  expect(await enter.isChecked()).toBe(wanted);
});
