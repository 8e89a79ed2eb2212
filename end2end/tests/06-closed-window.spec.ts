import { applied, entries, entry, expect, expectAccessible, field, openThread, sandbox, test, thread } from '../support/test.ts';

const DIALOG = 'Choose a template';

/** Makes somebody of the seed known to the sandbox, so that messages can reach them. */
async function give(name: string, phone: string, id: string): Promise<void> {
  const { customers } = await sandbox.get('state?chats=false');
  if (!customers.some((one: sandbox.Customer) => one.phone === phone)) {
    await sandbox.post('customer', { id, name, phone, identity: 'legacy' });
  }
}

test('a closed window offers templates, and a filled one reaches the phone', async ({ open }) => {
  await give('Elena Petrova', '447700900117', 'elena');
  const page = await open('anna');
  await openThread(page, 'Elena Petrova');
  await expect(thread(page).getByText('The service window closed on')).toBeVisible();
  await expect(field(page)).toHaveCount(0);
  await page.getByRole('button', { name: 'Choose a template' }).click();
  const dialog = page.getByRole('dialog', { name: DIALOG });
  await expect(dialog.getByRole('button', { name: /^viewing_reminder.*en_US/ })).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: /^viewing_reminder.*en_US/ }).click();

  const mark = `lot ${Date.now()}`;
  const places = dialog.getByRole('textbox');
  await expect(places).toHaveCount(3);
  // Nothing is sent with a place left open.
  await dialog.getByRole('button', { name: 'Send template' }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await places.nth(0).fill('Elena');
  await places.nth(1).fill(mark);
  await places.nth(2).fill('Saturday, 10:30');
  const preview = dialog.locator('.preview');
  for (const text of ['Elena', mark, 'Saturday, 10:30']) await expect(preview).toContainText(text);
  const promised = await preview.locator('.text').innerText();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Send template' }).dblclick();
  await expect(dialog).toBeHidden();
  await expect(entry(page, mark)).toHaveCount(1);
  await expect(entry(page, mark)).toContainText('Delivered');
  const received = await sandbox.arrives('elena', mark);
  expect(received.type).toBe('template');
  expect(received.rendered!.body, 'the phone shows what the preview promised').toBe(promised);
  await sandbox.idle();
  const templates = (await sandbox.chat('elena')).filter((message) => sandbox.shownText(message).includes(mark));
  expect(templates).toHaveLength(1);
});

test('a template that reaches nobody says so in words', async ({ open }) => {
  const page = await open('anna');
  await openThread(page, 'Sofia Almeida');
  await page.getByRole('button', { name: 'Choose a template' }).click();
  const dialog = page.getByRole('dialog', { name: DIALOG });
  await dialog.getByRole('button', { name: /^viewing_reminder.*en_US/ }).click();
  const mark = `lot ${Date.now()}`;
  for (const [at, text] of ['Sofia', mark, 'Monday'].entries()) await dialog.getByRole('textbox').nth(at).fill(text);
  await dialog.getByRole('button', { name: 'Send template' }).click();
  const bubble = entries(page).filter({ hasText: mark });
  await expect(bubble.getByText('Failed', { exact: true })).toBeAttached();
  const failure = bubble.locator('.failure');
  await expect(failure).toHaveAttribute('title', 'Code 131026');
  await expect(failure.locator('strong')).toHaveText(/\w+ \w+/);
  await expect(failure).not.toContainText('131026');
});

test('the window opens by itself when the customer writes', async ({ open }) => {
  const page = await open('anna');
  const customer = await sandbox.customer('Willa Window');
  await sandbox.wrote(customer.id, 'Is it still free?', 30 * 3600);
  await applied(customer.name, 'Is it still free?');
  await openThread(page, customer.name);
  await expect(thread(page).getByText('The service window closed on')).toBeVisible();
  await sandbox.writes(customer.id, 'Hello again!');
  await expect(field(page)).toBeVisible();
  await expect(thread(page).getByText(/^Open for/)).toBeVisible();
});
