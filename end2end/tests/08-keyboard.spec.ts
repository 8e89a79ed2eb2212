import type { Page } from '@playwright/test';
import { applied, entry, expect, expectAccessible, field, list, noteField, sandbox, test, thread, visit } from '../support/test.ts';

async function family(count: number): Promise<string> {
  const word = `Keys${Date.now().toString(36)}`;
  for (let n = 1; n <= count; n += 1) {
    const customer = await sandbox.customer(`${word} Sister${n}`);
    await sandbox.writes(customer.id, `Hello from sister ${n}`);
    await applied(customer.name, `Hello from sister ${n}`);
  }
  return word;
}

async function start(page: Page, count: number): Promise<string[]> {
  const word = await family(count);
  await visit(page, `/inbox?q=${word}`);
  const names = list(page).locator('.row-name');
  await expect(names).toHaveCount(count);
  return names.allTextContents();
}

const heading = (page: Page, name: string) => thread(page).getByRole('heading', { name });

test('J and K walk the list', async ({ open }) => {
  const page = await open('anna');
  const names = await start(page, 3);
  await page.keyboard.press('j');
  await expect(heading(page, names[0])).toBeVisible();
  await page.keyboard.press('j');
  await expect(heading(page, names[1])).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await expect(heading(page, names[2])).toBeVisible();
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await expect(heading(page, names[1])).toBeVisible();
  await page.keyboard.press('ArrowUp');
  await expect(heading(page, names[0])).toBeVisible();
});

test('E resolves and reopens, A assigns, N notes, R replies, F searches', async ({ open }) => {
  const page = await open('anna');
  const [name] = await start(page, 1);
  await page.keyboard.press('j');
  await expect(heading(page, name)).toBeVisible();
  await page.keyboard.press('e');
  await expect(page.getByRole('button', { name: 'Reopen' })).toBeVisible();
  await expect(page.getByText('Resolved.', { exact: true })).toBeVisible();
  await page.keyboard.press('e');
  await expect(page.getByRole('button', { name: 'Resolve' })).toBeVisible();

  await page.keyboard.press('a');
  const menu = page.locator('#assign-menu');
  await expect(menu.getByRole('button', { name: 'Me', exact: true })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(menu.getByRole('button', { name: 'Me', exact: true })).toBeHidden();
  await page.keyboard.press('a');
  await page.keyboard.press('Enter');
  await expect(menu.locator('summary')).toContainText('Anna Bright');

  await page.keyboard.press('n');
  await expect(noteField(page)).toBeFocused();
  await page.keyboard.type('Met them in person.');
  await page.keyboard.press('Control+Enter');
  await expect(entry(page, 'Met them in person.')).toContainText('Internal note');
  await page.keyboard.press('Tab');
  await page.keyboard.press('r');
  await expect(field(page)).toBeFocused();
  await page.keyboard.type('Good to have met you.');
  await page.keyboard.press('Control+Enter');
  await expect(entry(page, 'Good to have met you.')).toContainText('Delivered');

  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('f');
  await expect(page.getByRole('searchbox')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('searchbox')).toHaveValue('');
});

test('the palette lists every action with its key and runs it', async ({ open }) => {
  const page = await open('anna');
  const [name] = await start(page, 1);
  await page.keyboard.press('j');
  await expect(heading(page, name)).toBeVisible();
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Commands' });
  await expect(palette.getByRole('combobox')).toBeFocused();
  await expectAccessible(page);
  const keys: [string, string][] = [
    ['Next conversation', 'J'],
    ['Previous conversation', 'K'],
    ['Reply', 'R'],
    ['Write an internal note', 'N'],
    ['Resolve or reopen conversation', 'E'],
    ['Assign conversation…', 'A'],
    ['Search conversations', 'F'],
    ['Canned replies', '/'],
    ['Tag the person', 'L'],
    ['Show keyboard shortcuts', '?'],
  ];
  for (const [action, key] of keys) {
    await expect(palette.getByRole('option').filter({ hasText: action }).locator('kbd')).toHaveText([key]);
  }
  await page.keyboard.type('internal');
  await expect(palette.getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(palette).toBeHidden();
  await expect(noteField(page)).toBeFocused();
  // With a modifier also from inside a text.
  await page.keyboard.press('Control+k');
  await expect(palette).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(palette).toBeHidden();
  await expect(noteField(page)).toBeFocused();
});

test('? shows the keys, and Escape puts them away', async ({ open }) => {
  const page = await open('anna');
  await start(page, 1);
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(help).toBeVisible();
  await expect(help.getByRole('listitem').filter({ hasText: 'Send' })).toContainText('Ctrl');
  await expectAccessible(page);
  // Keys below a dialog are dead.
  const before = page.url();
  await page.keyboard.press('j');
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  expect(page.url()).toBe(before);
});

test('keys are letters while somebody types', async ({ open }) => {
  const page = await open('anna');
  const [name] = await start(page, 2);
  await page.keyboard.press('j');
  await expect(heading(page, name)).toBeVisible();
  await page.keyboard.press('r');
  await expect(field(page)).toBeFocused();
  const text = 'jkenramtfl/?1234';
  const before = page.url();
  await page.keyboard.type(text);
  await expect(field(page)).toHaveValue(text);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Resolve' })).toBeVisible();
  expect(page.url()).toBe(before);
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('two lines');
  await expect(field(page)).toHaveValue(`${text}\ntwo lines`);
});

test('Escape leaves the text, so that the keys work again', async ({ open }) => {
  const page = await open('anna');
  const names = await start(page, 2);
  await page.keyboard.press('j');
  await expect(heading(page, names[0])).toBeVisible();
  await page.keyboard.press('r');
  await expect(field(page)).toBeFocused();
  await page.keyboard.type('Thank you for waiting.');
  await page.keyboard.press('Control+Enter');
  await expect(entry(page, 'Thank you for waiting.')).toContainText('Delivered');
  await page.keyboard.press('Escape');
  await expect(field(page)).not.toBeFocused();
  await page.keyboard.press('j');
  await expect(heading(page, names[1])).toBeVisible();
});
