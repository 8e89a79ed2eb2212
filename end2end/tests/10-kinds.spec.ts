import { entries, entry, expect, list, openThread, row, sandbox, send, talk, test, thread, visit } from '../support/test.ts';

test('places and contacts are shown as what they are', async ({ open }) => {
  const page = await open('anna');
  const customer = await talk(page, 'Klara Kind');
  await sandbox.writes(customer.id, { type: 'location', latitude: 51.5, longitude: -0.12, name: 'Elm Street', address: '12 Elm Street' });
  const place = thread(page).getByRole('link', { name: /Elm Street.*12 Elm Street/ });
  await expect(place).toHaveAttribute('href', /mlat=51\.50*&mlon=-0\.120*#/);
  await sandbox.writes(customer.id, { type: 'contacts', name: 'Ada Lovelace' });
  await expect(entry(page, 'Ada Lovelace')).toHaveText(/\+?\d{5,}/);
});

test('reactions come, change and go, in both directions', async ({ open }) => {
  const page = await open('anna');
  const customer = await talk(page, 'Rosa React', 'What a garden!');
  const answer = 'It is even nicer in spring.';
  await send(page, answer);
  const { id } = await sandbox.arrives(customer.id, answer);
  const react = (emoji: string) => sandbox.post('react', { customer: customer.id, message_id: id, emoji });
  await react('👍');
  await expect(entry(page, answer).getByTitle('They reacted with 👍')).toBeVisible();
  await react('❤️');
  await expect(entry(page, answer).getByTitle('They reacted with ❤️')).toBeVisible();
  await react('');
  await expect(entry(page, answer).getByTitle(/They reacted/)).toHaveCount(0);
  await expect(entries(page).filter({ hasText: '👍' }).filter({ hasNotText: answer }).filter({ hasNotText: 'What a garden!' })).toHaveCount(0);

  const theirs = entry(page, 'What a garden!');
  await theirs.hover();
  await theirs.locator('summary').click();
  await theirs.getByRole('button', { name: '🙏' }).click();
  await expect(theirs.getByTitle('You reacted with 🙏')).toBeVisible();
  const mark = async () =>
    (await sandbox.chat(customer.id)).find((message) => message.mine)?.reactions.map(({ from, emoji }) => `${from} ${emoji}`);
  await expect.poll(mark).toEqual(['business 🙏']);
  await theirs.hover();
  if (!(await theirs.getByRole('button', { name: '🙏' }).isVisible())) await theirs.locator('summary').click();
  await theirs.getByRole('button', { name: '🙏' }).click();
  await expect(theirs.getByTitle(/You reacted/)).toHaveCount(0);
  await expect.poll(async () => (await mark())?.filter((text) => !text.endsWith(' '))).toEqual([]);
});

test('answers quote what they answer, in both directions', async ({ open }) => {
  const page = await open('anna');
  const customer = await talk(page, 'Quinn Quote', 'Do you allow dogs?');
  const question = entry(page, 'Do you allow dogs?').first();
  await question.hover();
  await question.getByRole('button', { name: 'Reply' }).click();
  await send(page, 'Small ones, yes.');
  const answer = await sandbox.arrives(customer.id, 'Small ones, yes.');
  expect(answer.quote).toMatchObject({ mine: true, text: 'Do you allow dogs?' });
  await expect(entry(page, 'Small ones, yes.').locator('.quote')).toContainText('Do you allow dogs?');

  await sandbox.writes(customer.id, { text: 'He is small enough.', context: answer.id });
  const theirs = entry(page, 'He is small enough.');
  await expect(theirs.locator('.quote')).toContainText('Small ones, yes.');
  await theirs.locator('.quote').click();
  await expect(thread(page).locator('.pointed-out')).toContainText('Small ones, yes.');
});

test('edited, deleted and unknown messages say so', async ({ open }) => {
  const page = await open('anna');
  const customer = await talk(page, 'Edda Edit', 'I come at five.');
  const id = await sandbox.writes(customer.id, 'I come at tree.');
  await expect(entry(page, 'I come at tree.')).toBeVisible();
  await sandbox.writes(customer.id, { type: 'edit', message_id: id, text: 'I come at three.' });
  await expect(entry(page, 'I come at three.')).toContainText('edited');
  await expect(entry(page, 'I come at tree.')).toHaveCount(0);

  await sandbox.writes(customer.id, { type: 'revoke', message_id: id });
  await expect(entry(page, 'The customer deleted this message.')).toHaveCount(1);
  await expect(entry(page, 'I come at three.')).toHaveCount(0);

  await sandbox.writes(customer.id, { type: 'unsupported' });
  await expect(entry(page, 'A kind of message that Parley does not show yet')).toHaveCount(1);
  await sandbox.writes(customer.id, { type: 'unknown' });
  await expect(entry(page, 'A kind of message that Parley does not show yet')).toHaveCount(2);
});

test('the list shows what a message says now, not what it said', async ({ open }) => {
  const page = await open('anna');
  const customer = await talk(page, 'Lina List', 'My code is 4711.');
  const id = await sandbox.writes(customer.id, 'My code is 4712.');
  await expect(row(page, customer.name)).toContainText('My code is 4712.');
  await sandbox.writes(customer.id, { type: 'edit', message_id: id, text: 'My code is 4713.' });
  await expect(entry(page, 'My code is 4713.')).toBeVisible();
  await expect(row(page, customer.name)).toContainText('My code is 4713.');
  await sandbox.writes(customer.id, { type: 'revoke', message_id: id });
  await expect(entry(page, 'The customer deleted this message.')).toBeVisible();
  await expect(row(page, customer.name)).not.toContainText(/471[23]/);
});

test('somebody with a user name and no number is an ordinary person', async ({ open }) => {
  const text = `Ciao, is it free from ${Date.now()}?`;
  await sandbox.writes('luca', text);
  const page = await open('anna');
  await visit(page, '/inbox');
  await expect(row(page, 'Luca Moretti')).toContainText(text);
  await row(page, 'Luca Moretti').click();
  await expect(entry(page, text)).toBeVisible();
  const person = page.getByRole('complementary', { name: 'Person' });
  await expect(person).toContainText('@luca_moretti');
  await expect(person).toContainText('WhatsApp ID');
  const answer = `Yes, from then on (${Date.now()}).`;
  await send(page, answer);
  await expect(entry(page, answer)).toContainText('Delivered');
  await sandbox.arrives('luca', answer);
});

test('a new number is told and keeps one conversation', async ({ open }) => {
  const page = await open('anna');
  const customer = await talk(page, 'Moritz Mover', 'My number changes tomorrow.');
  const phone = `4478${`${Date.now()}`.slice(-8)}`;
  await sandbox.post(`customer/${customer.id}`, { phone });
  await expect(entry(page, /number/i).filter({ hasNotText: 'tomorrow' })).toHaveCount(1);
  await sandbox.writes(customer.id, 'Here I am again.');
  await expect(entry(page, 'Here I am again.')).toBeVisible();
  await send(page, 'Welcome to the new number.');
  await sandbox.arrives(customer.id, 'Welcome to the new number.');
  await openThread(page, customer.name);
  await expect(list(page).getByRole('link').filter({ hasText: customer.name })).toHaveCount(1);
  await expect(entry(page, 'My number changes tomorrow.')).toBeVisible();
});
