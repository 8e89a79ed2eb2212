import { entry, expect, expectAccessible, expectNoSideways, field, list, row, sandbox, send, test, thread, visit, wroteIn } from '../support/test.ts';

const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };

test('a phone shows one pane at a time, and both ways back work', async ({ open }) => {
  const customer = await wroteIn('Paula Pocket', 'I am at the door. Which bell is it?');
  const page = await open('anna', PHONE);
  await visit(page, '/inbox');
  await expect(list(page)).toBeVisible();
  await expect(thread(page)).toBeHidden();
  await expectNoSideways(page);
  await expectAccessible(page);

  await row(page, customer.name).tap();
  await expect(thread(page).getByRole('heading', { name: customer.name })).toBeVisible();
  await expect(list(page)).toBeHidden();
  await expectNoSideways(page);
  await expectAccessible(page);

  await page.getByRole('link', { name: 'Back to the list' }).tap();
  await expect(list(page)).toBeVisible();
  await expect(thread(page)).toBeHidden();

  await row(page, customer.name).tap();
  await expect(thread(page)).toBeVisible();
  await page.goBack();
  await expect(list(page)).toBeVisible();
  await expect(thread(page)).toBeHidden();
});

test('a phone can write, send and look at the person', async ({ open }) => {
  const customer = await wroteIn('Piet Pocket', 'Which bell is it?');
  const page = await open('anna', PHONE);
  await visit(page, '/inbox');
  await row(page, customer.name).tap();
  const text = `The third from the top. ${'A-long-word-without-any-break'.repeat(4)}`;
  await send(page, text);
  await expect(entry(page, text)).toHaveCount(1);
  await expect(field(page)).toHaveValue('');
  await expectNoSideways(page);
  await sandbox.expectCopies(customer.id, text, 1);

  const person = page.getByRole('complementary', { name: 'Person' });
  await expect(person).toBeHidden();
  await page.getByRole('link', { name: 'Show person' }).tap();
  await expect(person.getByRole('heading', { name: customer.name })).toBeVisible();
  await expectNoSideways(page);
  await person.getByRole('link', { name: 'Close' }).tap();
  await expect(person).toBeHidden();
});

for (const path of ['/settings/profile', '/settings/channels', '/sign-in']) {
  test(`${path} fits a phone`, async ({ open }) => {
    const page = await open('anna', PHONE);
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expectNoSideways(page);
    if (path !== '/settings/channels') await expectAccessible(page);
  });
}

test('the channels page on a phone is accessible', async ({ open }) => {
  const page = await open('anna', PHONE);
  await visit(page, '/settings/channels');
  await expect(page.getByText('Phone number ID')).toBeVisible();
  await expectAccessible(page);
});
