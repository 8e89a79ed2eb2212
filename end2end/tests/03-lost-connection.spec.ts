import { entries, entry, expect, field, row, sandbox, send, test, thread, visit, wroteIn } from '../support/test.ts';
import { Line } from '../support/line.ts';

const LOST = [/net::ERR_/, /ERR_INTERNET_DISCONNECTED/, /the server responded/];

async function writeSeveral(who: string, texts: string[]): Promise<void> {
  for (const text of texts) await sandbox.writes(who, text);
  await sandbox.idle();
}

async function expectEachOnce(page: import('@playwright/test').Page, texts: string[]): Promise<void> {
  for (const text of texts) await expect(entry(page, text), text).toHaveCount(1);
}

test('what arrives while the line is down is shown once, without a reload', async ({ open, watch }) => {
  watch.expect(...LOST);
  const line = await Line.lay();
  try {
    const customer = await wroteIn('Liv Line', 'Before the tunnel.');
    const page = await open('anna', { baseURL: line.url });
    await visit(page, '/inbox');
    await row(page, customer.name).click();
    await expect(entry(page, 'Before the tunnel.')).toBeVisible();
    await page.evaluate(() => Object.assign(window, { stayed: true }));

    line.cut();
    const texts = ['In the tunnel: one.', 'In the tunnel: two.', 'In the tunnel: three.', 'In the tunnel: four.'];
    await writeSeveral(customer.id, texts);
    await expect(page.getByText('Reconnecting…')).toBeVisible();
    for (const text of texts) await expect(entry(page, text)).toHaveCount(0);

    line.mend();
    await expect(entry(page, texts.at(-1)!)).toBeVisible({ timeout: 15_000 });
    await expectEachOnce(page, texts);
    await expect(page.getByText('Reconnecting…')).toBeHidden();
    await expect(row(page, customer.name)).toHaveCount(1);
    expect(await page.evaluate(() => 'stayed' in window), 'the page was not loaded anew').toBe(true);
    // Live again, not only caught up.
    await sandbox.writes(customer.id, 'Out of the tunnel.');
    await expect(entry(page, 'Out of the tunnel.')).toHaveCount(1);
  } finally {
    line.close();
  }
});

test('the browser going offline and back loses and doubles nothing', async ({ open, watch }) => {
  watch.expect(...LOST);
  const customer = await wroteIn('Olaf Offline', 'Still online.');
  const page = await open('anna');
  await visit(page, '/inbox');
  await row(page, customer.name).click();
  await expect(entry(page, 'Still online.')).toBeVisible();

  await page.context().setOffline(true);
  const texts = ['While offline: one.', 'While offline: two.', 'While offline: three.'];
  await writeSeveral(customer.id, texts);
  await page.context().setOffline(false);
  await expect(entry(page, texts.at(-1)!)).toBeVisible({ timeout: 15_000 });
  await expectEachOnce(page, texts);
});

test('a read that fails once after news is repeated', async ({ open, watch }) => {
  watch.expect(/net::ERR_FAILED/);
  const customer = await wroteIn('Frida Flaky', 'First.');
  const page = await open('anna');
  await visit(page, '/inbox');
  await row(page, customer.name).click();
  await expect(entry(page, 'First.')).toBeVisible();
  await sandbox.idle();
  let failed = 0;
  await page.route(/\/(read_thread|list_conversations)$/, (route) => {
    failed += 1;
    return failed <= 2 ? route.abort('failed') : route.continue();
  });
  await sandbox.writes(customer.id, 'Second.');
  await expect.poll(() => failed).toBeGreaterThan(1);
  await expect(entry(page, 'Second.')).toHaveCount(1, { timeout: 15_000 });
  await expect(row(page, customer.name)).toContainText('Second.');
});

test('what cannot be sent stays with a way to try again, which sends it once', async ({ open, watch }) => {
  watch.expect(...LOST);
  const line = await Line.lay();
  try {
    const customer = await wroteIn('Rhea Retry', 'Could you send me the address?');
    const page = await open('anna', { baseURL: line.url });
    await visit(page, '/inbox');
    await row(page, customer.name).click();
    await expect(field(page)).toBeVisible();

    line.cut();
    const text = '14 Elm Street, the blue door.';
    await send(page, text);
    await expect(entry(page, text)).toContainText('Not sent.');
    await entry(page, text).getByRole('button', { name: 'Try again' }).click();
    await expect(entry(page, text)).toContainText('Not sent.');
    expect(await sandbox.sends(customer.id)).toHaveLength(0);

    line.mend();
    await entry(page, text).getByRole('button', { name: 'Try again' }).click();
    await expect(entry(page, text)).toContainText('Delivered');
    await expect(entry(page, text)).toHaveCount(1);
    await expect(thread(page).getByText('Not sent.')).toHaveCount(0);
    await sandbox.expectCopies(customer.id, text, 1);
  } finally {
    line.close();
  }
});

test('a message whose answer was lost is not sent twice by trying again', async ({ open, watch }) => {
  watch.expect(...LOST);
  const line = await Line.lay();
  try {
    const customer = await wroteIn('Dora Doubt', 'Are you there?');
    const page = await open('anna', { baseURL: line.url });
    await visit(page, '/inbox');
    await row(page, customer.name).click();
    await expect(field(page)).toBeVisible();

    line.deafen();
    const text = 'Yes, until six.';
    await send(page, text);
    await expect(entry(page, text)).toContainText('Not sent.');
    await sandbox.arrives(customer.id, text);

    // It outlives a reload as well.
    line.mend();
    await page.reload();
    await expect(entry(page, text).filter({ hasText: 'Not sent.' })).toBeVisible();
    await entry(page, text).getByRole('button', { name: 'Try again' }).click();
    await expect(thread(page).getByText('Not sent.')).toHaveCount(0);
    await expect(entry(page, text)).toHaveCount(1);
    await sandbox.expectCopies(customer.id, text, 1);
    await expect(entries(page).filter({ hasText: 'Are you there?' })).toHaveCount(1);
  } finally {
    line.close();
  }
});
