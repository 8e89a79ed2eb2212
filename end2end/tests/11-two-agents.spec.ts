import { entry, expect, field, openThread, sandbox, send, talk, test, thread } from '../support/test.ts';
import type { Page } from '@playwright/test';

test('who opens a thread sees who looks at it already, and whose answer comes', async ({ open }) => {
  const [anna, ben] = [await open('anna'), await open('ben')];
  const customer = await talk(anna, 'Tessa Two');
  await openThread(ben, customer.name);
  await expect(thread(ben).getByText('Anna Bright is looking')).toBeVisible();
  await send(ben, 'I am just answering this.');
  await expect(entry(anna, 'I am just answering this.')).toHaveCount(1);
  await expect(entry(anna, 'I am just answering this.')).toContainText('Ben Carter');
  await sandbox.expectCopies(customer.id, 'I am just answering this.', 1);
});

test('two agents in one thread see each other come and type', async ({ open }) => {
  const [anna, ben] = [await open('anna'), await open('ben')];
  const customer = await talk(anna, 'Theo Two');
  await openThread(ben, customer.name);
  await expect(thread(anna).getByText('Ben Carter is looking')).toBeVisible();
  await field(ben).pressSequentially('I am just', { delay: 30 });
  await expect(thread(anna).getByText('Ben Carter is typing')).toBeVisible();
  await expect(thread(anna).getByText('Ben Carter is looking')).toBeVisible({ timeout: 12_000 });
});

/** This screen has not got the news yet when its member sends. Gives what lets them through. */
async function holdNews(page: Page): Promise<() => void> {
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  await page.route(/\/read_thread$/, async (route) => {
    await held;
    await route.continue();
  });
  return release;
}

test('what a colleague just answered is not answered again without asking', async ({ open, watch }) => {
  watch.expect(/response 409: POST .*send_message/);
  const [anna, ben] = [await open('anna'), await open('ben')];
  const customer = await talk(anna, 'Wanda Wait', 'When can I see it?');
  await openThread(ben, customer.name);
  const release = await holdNews(anna);
  await field(anna).fill('On Monday at nine.');
  await send(ben, 'On Tuesday at ten.');
  await sandbox.arrives(customer.id, 'On Tuesday at ten.');
  await anna.getByRole('button', { name: 'Send', exact: true }).click();
  const dialog = anna.getByRole('dialog', { name: 'Send anyway?' });
  await expect(dialog).toBeVisible();
  release();
  await expect(dialog).toContainText('Ben Carter answered meanwhile.');
  await expect(entry(anna, 'On Tuesday at ten.')).toHaveCount(1);
  expect((await sandbox.sends(customer.id)).length).toBe(1);
  await dialog.getByRole('button', { name: 'Keep as draft' }).click();
  await expect(dialog).toBeHidden();
  await expect(field(anna)).toHaveValue('On Monday at nine.');
  await field(anna).fill('Tuesday it is.');
  await anna.getByRole('button', { name: 'Send', exact: true }).click();
  await sandbox.expectCopies(customer.id, 'Tuesday it is.', 1);
  await sandbox.expectCopies(customer.id, 'On Monday at nine.', 0);
});

test('whoever decides to send anyway sends once', async ({ open, watch }) => {
  watch.expect(/response 409: POST .*send_message/);
  const [anna, ben] = [await open('anna'), await open('ben')];
  const customer = await talk(anna, 'Anton Anyway', 'Is there a lift?');
  await openThread(ben, customer.name);
  const release = await holdNews(anna);
  await field(anna).fill('Yes, for four people.');
  await send(ben, 'There is one.');
  await sandbox.arrives(customer.id, 'There is one.');
  await anna.getByRole('button', { name: 'Send', exact: true }).click();
  release();
  await anna.getByRole('dialog', { name: 'Send anyway?' }).getByRole('button', { name: 'Send anyway' }).click();
  await expect(entry(anna, 'Yes, for four people.')).toContainText('Delivered');
  await expect(entry(anna, 'Yes, for four people.')).toHaveCount(1);
  await expect(anna.getByRole('dialog')).toHaveCount(0);
  await sandbox.expectCopies(customer.id, 'Yes, for four people.', 1);
});
