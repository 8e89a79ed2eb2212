import type { Page } from '@playwright/test';
import { entry, expect, list, noteField, openThread, row, sandbox, tab, talk, test, thread, visit } from '../support/test.ts';

const count = async (page: Page, name: string): Promise<number> => Number((await tab(page, name).innerText()).replace(/\D/g, '') || 0);
const expectCount = (page: Page, name: string, wanted: number) =>
  expect.poll(() => count(page, name), { message: `the counter of ${name}` }).toBe(wanted);

test('assigning, resolving and reopening move through the lists of the other browser', async ({ open }) => {
  const [anna, ben] = [await open('anna'), await open('ben')];
  const customer = await talk(anna, 'Wim Work');
  await visit(ben, '/inbox?view=mine');
  await expect(list(ben).getByRole('listitem').first()).toBeVisible();
  const [mine, unassigned, all] = [await count(ben, 'Mine'), await count(ben, 'Unassigned'), await count(ben, 'All')];
  await expect(row(ben, customer.name)).toHaveCount(0);

  await anna.locator('#assign-menu summary').click();
  await anna.locator('#assign-menu').getByRole('button', { name: 'Ben Carter' }).click();
  await expect(row(ben, customer.name)).toBeVisible();
  await expectCount(ben, 'Mine', mine + 1);
  await expectCount(ben, 'Unassigned', unassigned - 1);
  await expectCount(ben, 'All', all);

  await anna.getByRole('button', { name: 'Resolve' }).click();
  await expect(row(ben, customer.name)).toHaveCount(0);
  await expectCount(ben, 'Mine', mine);
  await expectCount(ben, 'All', all - 1);
  await expect(thread(anna).getByText('Resolved. It reopens when the customer writes.')).toBeVisible();

  await sandbox.writes(customer.id, 'One more thing…');
  await expect(row(ben, customer.name)).toContainText('One more thing…');
  await expect(thread(anna).getByText('Resolved. It reopens when the customer writes.')).toHaveCount(0);
  await expect(anna.getByRole('button', { name: 'Resolve' })).toBeVisible();
  await expectCount(ben, 'Mine', mine + 1);

  await anna.getByRole('button', { name: 'Resolve' }).click();
  await tab(ben, 'Resolved').click();
  await expect(row(ben, customer.name)).toBeVisible();
  await anna.getByRole('button', { name: 'Reopen' }).click();
  await expect(row(ben, customer.name)).toHaveCount(0);
});

test('a note is seen by colleagues at once and by the customer never', async ({ open }) => {
  const [anna, ben] = [await open('anna'), await open('ben')];
  const customer = await talk(anna, 'Nils Note');
  await openThread(ben, customer.name);
  await anna.getByRole('navigation', { name: 'Write' }).getByRole('link', { name: 'Internal note' }).click();
  await noteField(anna).fill('Ask about the budget.');
  await anna.getByRole('button', { name: 'Save note' }).click();
  await expect(entry(anna, 'Ask about the budget.')).toHaveCount(1);
  await expect(entry(ben, 'Ask about the budget.')).toContainText('Internal note');
  await expect(entry(ben, 'Ask about the budget.')).toContainText('Anna Bright');
  await expect(ben.getByRole('complementary', { name: 'Person' }).getByRole('link', { name: 'Ask about the budget.' })).toBeVisible();
  await expect(row(ben, customer.name)).toContainText('Note: Ask about the budget.');
  expect(await sandbox.sends(customer.id)).toHaveLength(0);
  expect((await sandbox.chat(customer.id)).filter((message) => !message.mine)).toHaveLength(0);
});

test('unread is counted until somebody looks', async ({ open }) => {
  const page = await open('anna');
  const other = await talk(page, 'Uma Unread');
  await visit(page, '/inbox');
  const customer = await sandbox.customer('Ute Unread');
  await sandbox.writes(customer.id, 'One');
  await sandbox.writes(customer.id, 'Two');
  await expect(row(page, customer.name)).toContainText('2 unread');
  await row(page, customer.name).click();
  await expect(entry(page, 'Two')).toBeVisible();
  await expect(row(page, customer.name)).not.toContainText('unread');
  // What arrives while it is looked at counts as read.
  await sandbox.writes(customer.id, 'Three');
  await expect(entry(page, 'Three')).toBeVisible();
  await expect(row(page, customer.name)).not.toContainText('unread');
  await sandbox.writes(other.id, 'Elsewhere');
  await expect(row(page, other.name)).toContainText('1 unread');
  await expect
    .poll(async () => (await sandbox.chat(customer.id)).filter((message) => message.mine).map(({ status }) => status))
    .toEqual(['read', 'read', 'read']);
});

test('search finds names in the list that is shown, and numbers', async ({ open }) => {
  const page = await open('anna');
  const customer = await talk(page, 'Sam Search');
  await page.getByRole('button', { name: 'Resolve' }).click();
  await visit(page, '/inbox?view=resolved');
  await page.getByRole('searchbox').fill(customer.name.split(' ').at(-1)!);
  await expect(list(page).locator('.row-name')).toHaveText([customer.name]);
  await page.getByRole('searchbox').fill(customer.phone.slice(-8));
  await expect(list(page).locator('.row-name')).toHaveText([customer.name]);
  await tab(page, 'Unassigned').click();
  await expect(page.getByText('Nothing found')).toBeVisible();
});
