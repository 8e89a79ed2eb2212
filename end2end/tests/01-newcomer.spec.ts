import { emailOf, entry, expect, expectAccessible, field, PASSWORD, row, sandbox, test, thread } from '../support/test.ts';

test('a newcomer signs in, is written to, answers, and sees the ticks climb', async ({ open }, info) => {
  const customer = await sandbox.customer('Nora Newcomer');
  await sandbox.post('settings', { delays: { sent_ms: [100, 100], delivered_ms: [1500, 1500], failed_ms: [0, 0], read_ms: null } });
  const page = await open(null);
  await page.goto('/');
  await expect(page).toHaveURL(/\/sign-in/);
  await expectAccessible(page);
  await page.getByLabel('Email').fill(emailOf('anna'));
  await page.getByLabel('Password').fill(PASSWORD);
  const live = page.waitForResponse((response) => response.url().endsWith('/live'));
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL(/\/inbox$/);
  await expect(page.getByRole('heading', { name: 'Inbox' })).toBeVisible();
  await live;
  await expectAccessible(page);

  const opened = page.waitForEvent('popup');
  await page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: 'Sandbox phone' }).click();
  const phone = await opened;
  await phone.getByRole('button', { name: customer.name }).click();
  await expectAccessible(phone);

  const text = 'Is the flat with the blue door still free?';
  await phone.getByLabel('Message', { exact: true }).fill(text);
  const appeared = page.evaluate(
    (text) =>
      new Promise<number>((resolve) => {
        const look = () => document.querySelector('.pane-list')?.textContent?.includes(text) && resolve(Date.now());
        new MutationObserver(look).observe(document.body, { childList: true, characterData: true, subtree: true });
      }),
    text,
  );
  const started = await phone.evaluate(() => {
    document.querySelector<HTMLButtonElement>('#send')!.click();
    return Date.now();
  });
  const milliseconds = (await appeared) - started;
  info.annotations.push({ type: 'from phone to inbox', description: `${milliseconds} ms` });
  await info.attach('latency.json', { body: JSON.stringify({ milliseconds }), contentType: 'application/json' });
  expect(milliseconds, 'from the phone to the inbox').toBeLessThan(1000);

  await row(page, customer.name).click();
  await expect(entry(page, text)).toBeVisible();
  await expectAccessible(page);
  // The customer puts the chat away, so that the answer is delivered first and read later.
  await phone.getByRole('button', { name: 'Back to the list of people' }).click();
  const answer = 'Yes, it is. Would you like to see it on Saturday?';
  await field(page).fill(answer);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  const bubble = entry(page, answer);
  await expect(bubble).toHaveCount(1);
  await expect(bubble.getByText('Sent', { exact: true })).toBeAttached();
  await expect(bubble.getByText('Delivered', { exact: true })).toBeAttached();
  const person = phone.getByRole('button', { name: customer.name });
  await expect(person).toContainText(answer);
  await person.click();
  await expect(phone.getByRole('log').getByText(answer)).toBeVisible();
  await expect(bubble.getByText('Read', { exact: true })).toBeAttached();
  await expect(thread(page).getByText(answer)).toHaveCount(1);
  await sandbox.expectCopies(customer.id, answer, 1);
});
