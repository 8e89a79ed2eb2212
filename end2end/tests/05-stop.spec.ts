import { applied, entry, expect, expectAccessible, field, openThread, sandbox, send, talk, test, thread } from '../support/test.ts';

const fromUs = async (who: string) => (await sandbox.chat(who)).filter((message) => !message.mine);

test('STOP is respected, confirmed once, and taken back by writing again', async ({ open }) => {
  const page = await open('anna');
  const customer = await sandbox.customer('Stella Stop');
  await sandbox.wrote(customer.id, 'How much is the deposit?', 30);
  await applied(customer.name, 'How much is the deposit?');
  await openThread(page, customer.name);
  await expect(field(page)).toBeVisible();

  await sandbox.wrote(customer.id, 'STOP', 20);
  const blocked = thread(page).getByRole('status').filter({ hasText: 'Asked not to be messaged, on' });
  await expect(blocked).toBeVisible();
  await expect(blocked.getByRole('time')).toHaveText(/\d{2}:\d{2}/);
  await expect(field(page)).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Choose a template' })).toHaveCount(0);
  const person = page.getByRole('complementary', { name: 'Person' });
  await expect(person.getByText('taken back').first()).toBeVisible();
  await expect(person.getByText(/keyword/).first()).toBeVisible();
  await expectAccessible(page);
  await expect.poll(async () => (await fromUs(customer.id)).length, { message: 'one confirmation' }).toBe(1);

  await sandbox.wrote(customer.id, 'STOP', 10);
  await expect(entry(page, /^STOP/)).toHaveCount(2);
  await sandbox.idle();

  const question = 'Sorry, one more question: is the cellar dry?';
  await sandbox.writes(customer.id, question);
  await expect(entry(page, question)).toBeVisible();
  await expect(blocked).toHaveCount(0);
  await expect(field(page)).toBeVisible();
  const answer = 'It is, all year round.';
  await send(page, answer);
  await sandbox.expectCopies(customer.id, answer, 1);
  expect(await fromUs(customer.id), 'one confirmation and the answer').toHaveLength(2);
});

test('a bus stop is no opt-out', async ({ open }) => {
  const page = await open('anna');
  const customer = await talk(page, 'Betty Bus', 'Is there a bus stop nearby?');
  await expect(field(page)).toBeVisible();
  const answer = 'Two minutes on foot.';
  await send(page, answer);
  await sandbox.expectCopies(customer.id, answer, 1);
  expect(await fromUs(customer.id)).toHaveLength(1);
});

test('what was being written when STOP came is kept', async ({ open }) => {
  const page = await open('anna');
  const customer = await sandbox.customer('Dan Draft');
  await sandbox.wrote(customer.id, 'What can you offer?', 30);
  await applied(customer.name, 'What can you offer?');
  await openThread(page, customer.name);
  await field(page).fill('We could also offer');
  await sandbox.wrote(customer.id, 'unsubscribe', 10);
  await expect(thread(page).getByText('Your draft is kept.')).toBeVisible();
  await sandbox.writes(customer.id, 'Wait, what could you offer?');
  await expect(field(page)).toHaveValue('We could also offer');
});
