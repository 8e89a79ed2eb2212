import type { Page } from '@playwright/test';
import { entry, expect, expectAccessible, expectNoSideways, field, list, openThread, row, sandbox, talk, test, thread, visit } from '../support/test.ts';

const PACKS = '/settings/starter-pack';
const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const person = (page: Page) => page.getByRole('complementary', { name: 'Person' });
const replies = (page: Page) => page.getByRole('dialog', { name: 'Canned replies' });

async function install(page: Page, trade: string): Promise<void> {
  await visit(page, PACKS);
  await card(page, trade).getByRole('button', { name: `Install the starter pack ${trade}` }).click();
  await expect(card(page, trade).getByText('Installed', { exact: true })).toBeVisible();
}

async function remove(page: Page, trade: string): Promise<void> {
  await visit(page, PACKS);
  await card(page, trade).getByText('Remove', { exact: true }).click();
  await card(page, trade).getByRole('button', { name: 'Remove the starter pack' }).click();
  await expect(page.getByText('The starter pack is removed.')).toBeVisible();
  await expect(card(page, trade).getByRole('button', { name: `Install the starter pack ${trade}` })).toBeVisible();
}

/** Whatever happened, the next test finds a workspace without a pack and without its tags. */
test.afterEach(async ({ open }) => {
  const page = await open('anna');
  await visit(page, PACKS);
  const installed = page.getByRole('region').filter({ hasText: 'Installed by' });
  if ((await installed.count()) > 0) {
    await installed.locator('summary').click();
    await installed.getByRole('button', { name: 'Remove the starter pack' }).click();
    await expect(installed).toHaveCount(0);
  }
  await visit(page, '/settings/tags');
  await expect(page.getByRole('heading', { name: 'Tags', level: 1 })).toBeVisible();
  for (let left = await page.locator('.line').count(); left > 0; left -= 1) {
    const line = page.locator('.line').first();
    await line.locator('summary').click();
    await line.getByRole('button', { name: 'Delete the tag' }).click();
    await expect(page.locator('.line')).toHaveCount(left - 1);
  }
});

test('an estate agency begins with samples, tags and replies, and one click takes them away', async ({ open }) => {
  const page = await open('anna');
  await visit(page, PACKS);
  await expectAccessible(page);
  await install(page, 'Estate agency');
  await expect(card(page, 'Clinic').getByText('One at a time')).toBeVisible();

  // Others may have written since the samples did.
  await visit(page, '/inbox?q=Leila');
  const sample = row(page, 'Leila Novak');
  await expect(sample).toContainText('Sample');
  await expect(sample).toContainText('Buyer');
  await sample.click();
  await expect(thread(page).getByText('This is a sample')).toBeVisible();
  await expect(thread(page).getByText('so nothing is ever sent')).toBeVisible();
  await expect(field(page)).toHaveCount(0);
  await expect(entry(page, 'Could we come on Saturday morning?')).toBeVisible();
  await expect(person(page).getByText('Sample', { exact: true })).toBeVisible();
  await expectAccessible(page);
  // Nor is there a list of replies where nothing can be answered.
  await page.keyboard.press('/');
  await expect(replies(page)).toHaveCount(0);

  // Past the screen, the same answer in words.
  const cookies = await page.context().cookies();
  const refused = await fetch(`${sandbox.BASE}/api/inbox/api/send_message`, {
    method: 'POST',
    headers: {
      cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({
      conversation: page.url().split('/').pop()!.split('?')[0],
      client_key: crypto.randomUUID(),
      body: 'Are you there?',
      attachment: '',
      reply_to: '',
      seen: '',
    }),
  });
  expect(refused.status).toBe(422);
  expect(await refused.json()).toEqual({ Refused: { reason: 'sample' } });

  await remove(page, 'Estate agency');
  await expect(page.getByText('Kept:')).toHaveCount(0);
  await visit(page, '/inbox');
  await expect(list(page).getByRole('listitem').first()).toBeVisible();
  await expect(row(page, 'Leila Novak')).toHaveCount(0);
  await visit(page, '/settings/canned-replies');
  await expect(page.getByText('No canned replies yet')).toBeVisible();
});

test('a slash opens the canned replies, filled for the person', async ({ open, watch }) => {
  const page = await open('anna');
  await install(page, 'Estate agency');
  const customer = await talk(page, 'Rita Reply');
  await field(page).focus();
  await page.keyboard.type('/');
  const choose = replies(page).getByRole('combobox');
  await expect(choose).toBeFocused();
  await expect(replies(page).getByRole('option')).toHaveCount(10);
  await expectAccessible(page);
  await page.keyboard.type('view');
  const options = replies(page).getByRole('option');
  await expect(options.first()).toContainText('/viewing');
  await expect(options.first()).toContainText('We would be glad to show you round, Rita.');
  await expect(options.first()).toHaveAttribute('aria-selected', 'true');
  await expect(choose).toHaveAttribute('aria-activedescendant', (await options.first().getAttribute('id'))!);
  await page.keyboard.press('ArrowDown');
  await expect(options.nth(1)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(replies(page)).toHaveCount(0);
  await expect(field(page)).toBeFocused();
  await expect(field(page)).toHaveValue(/^We would be glad to show you round, Rita\. .*Saturday/);
  // In what is written a slash is a slash.
  await page.keyboard.press('End');
  await page.keyboard.type(' 10/11');
  await expect(field(page)).toHaveValue(/10\/11$/);
  await page.keyboard.press('Control+Enter');
  await expect(entry(page, 'We would be glad to show you round, Rita.')).toContainText('Delivered');
  expect(await sandbox.sends(customer.id)).toHaveLength(1);

  // From anywhere on the page, and Escape puts it away.
  await page.keyboard.press('Escape');
  await expect(field(page)).not.toBeFocused();
  await page.keyboard.press('/');
  await expect(choose).toBeFocused();
  await page.keyboard.type('nothing like this');
  await expect(replies(page).getByText('No reply has these words.')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(replies(page)).toHaveCount(0);
  await expect(field(page)).toHaveValue('');

  await visit(page, '/settings/canned-replies');
  await expectAccessible(page);
  const line = page.locator('.line').filter({ hasText: '/viewing' });
  await line.locator('summary').click();
  // What is refused is a response of 422.
  watch.expect(/response 422: POST .*save_canned/);
  await line.getByLabel('Text').fill('Hello {nobody}');
  await line.getByRole('button', { name: 'Save' }).click();
  await expect(line.getByText('There is no {nobody}.')).toBeVisible();
  await expect(line.getByLabel('Text')).toHaveValue('Hello {nobody}');
});

test('tags are put on by keyboard, and what is in use stays with its reason', async ({ open }) => {
  const [page, ben] = [await open('anna'), await open('ben')];
  await install(page, 'Estate agency');
  const customer = await talk(page, 'Tara Tagged');
  await openThread(ben, customer.name);
  await page.keyboard.press('l');
  const choice = person(page).getByRole('combobox', { name: 'Tag to add' });
  await expect(choice).toBeFocused();
  await page.keyboard.type('Buy');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(person(page).getByRole('button', { name: 'Take off Buyer' })).toBeVisible();
  await expect(choice).toBeFocused();
  await expect(row(ben, customer.name)).toContainText('Buyer');
  await choice.selectOption('Investor');
  await person(page).getByRole('button', { name: 'Add' }).click();
  await expect(row(ben, customer.name)).toContainText('Investor');
  await person(page).getByRole('button', { name: 'Take off Investor' }).focus();
  await page.keyboard.press('Enter');
  await expect(person(page).getByRole('button', { name: 'Take off Investor' })).toHaveCount(0);
  await expect(row(ben, customer.name)).not.toContainText('Investor');

  await visit(page, '/settings/tags');
  await expectAccessible(page);
  const seller = page.locator('.line').filter({ hasText: 'Seller' });
  await seller.locator('summary').click();
  await seller.getByLabel('Name of the tag').fill('Vendor');
  await seller.getByRole('button', { name: 'Save' }).click();
  await expect(page.locator('.line').filter({ hasText: 'Vendor' })).toBeVisible();

  await visit(page, PACKS);
  await card(page, 'Estate agency').getByText('Remove', { exact: true }).click();
  await expect(card(page, 'Estate agency')).toContainText('Stays: 1 tag that somebody changed, 1 tag in use');
  await remove(page, 'Estate agency');
  await expect(page.getByText('Kept: 1 tag that somebody changed, 1 tag in use')).toBeVisible();
  await openThread(page, customer.name);
  await expect(person(page).getByRole('button', { name: 'Take off Buyer' })).toBeVisible();
});

test('it works without scripts, and on a phone', async ({ open }) => {
  const plain = await open('anna', { javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
  await plain.goto(PACKS);
  await expectNoSideways(plain);
  await card(plain, 'Shop').getByRole('button', { name: 'Install the starter pack Shop' }).click();
  await expect(card(plain, 'Shop').getByText('Installed', { exact: true })).toBeVisible();
  await plain.goto('/inbox?q=Chloe');
  await row(plain, 'Chloe Martin').click();
  await expect(thread(plain).getByText('This is a sample')).toBeVisible();
  await plain.goto('/settings/canned-replies');
  await expectNoSideways(plain);
  await plain.goto('/settings/tags');
  await expectNoSideways(plain);
  await plain.goto(PACKS);
  await card(plain, 'Shop').locator('summary').click();
  await card(plain, 'Shop').getByRole('button', { name: 'Remove the starter pack' }).click();
  await expect(card(plain, 'Shop').getByRole('button', { name: 'Install the starter pack Shop' })).toBeVisible();
});
