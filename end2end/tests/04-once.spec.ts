import { randomUUID } from 'node:crypto';
import { entry, expect, field, sandbox, talk, test } from '../support/test.ts';

test('a double click sends one message', async ({ open }) => {
  const page = await open('anna');
  const customer = await talk(page, 'Dina Double');
  const text = 'Only one of these, please.';
  await field(page).fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).dblclick();
  await expect(entry(page, text)).toContainText('Delivered');
  await expect(entry(page, text)).toHaveCount(1);
  await sandbox.expectCopies(customer.id, text, 1);
});

test('two clicks before the page could react send one message', async ({ open }) => {
  const page = await open('anna');
  const customer = await talk(page, 'Desmond Double');
  const text = 'Both clicks in one moment.';
  await field(page).fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).evaluate((button: HTMLButtonElement) => {
    button.click();
    button.click();
  });
  await expect(entry(page, text)).toContainText('Delivered');
  await expect(entry(page, text)).toHaveCount(1);
  await sandbox.expectCopies(customer.id, text, 1);
});

test('Enter twice sends one message', async ({ open }) => {
  const page = await open('anna');
  const customer = await talk(page, 'Enno Enter');
  const text = 'Enter, Enter.';
  await field(page).fill(text);
  await field(page).press('Enter');
  await field(page).press('Enter');
  await expect(entry(page, text)).toContainText('Delivered');
  await expect(entry(page, text)).toHaveCount(1);
  await sandbox.expectCopies(customer.id, text, 1);
});

test('requests with the same key send one message, at once and later', async ({ open }) => {
  const page = await open('anna');
  const customer = await talk(page, 'Kim Key');
  const conversation = new URL(page.url()).pathname.split('/').at(-1)!;
  const text = 'The same key each time.';
  const form = { conversation, client_key: randomUUID(), body: text, attachment: '', reply_to: '', seen: '' };
  const post = () => page.request.post('/api/inbox/api/send_message', { form });
  const answers = await Promise.all([post(), post(), post()]);
  answers.push(await post());
  for (const answer of answers) expect(answer.status()).toBe(200);
  const ids = await Promise.all(answers.map(async (answer) => (await answer.json()).id));
  expect(new Set(ids).size, 'all answers are of one message').toBe(1);
  await expect(entry(page, text)).toContainText('Delivered');
  await expect(entry(page, text)).toHaveCount(1);
  await sandbox.expectCopies(customer.id, text, 1);
});
