import { address, code, INBOX, linkTo, mailTo, NEW_PASSWORD, settle, signIn, signUp } from '../support/people.ts';
import { expect, expectAccessible, expectNoSideways, test } from '../support/test.ts';

const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };

test('a stranger signs up, confirms by mail, names a business and is in the inbox', async ({ open, watch }) => {
  watch.expect(/response 422: POST .*create_workspace/);
  const page = await open(null);
  await page.goto('/sign-in');
  await page.getByRole('link', { name: 'Sign up' }).click();
  await expect(page.getByRole('heading', { name: 'Sign up for Parley' })).toBeVisible();
  await expectAccessible(page);

  const secret = page.getByLabel('Password', { exact: true });
  await secret.fill('shown');
  await page.getByRole('button', { name: 'Show what is typed' }).click();
  await expect(secret).toHaveAttribute('type', 'text');
  await page.getByRole('button', { name: 'Hide what is typed' }).click();
  await expect(secret).toHaveAttribute('type', 'password');

  const email = address('olga');
  await signUp(page, 'Olga Otter', email);
  await expectAccessible(page);
  await expect(page.getByLabel('Time zone')).toHaveValue('Europe/London');
  await expect(page.getByLabel('Name of the business')).toHaveValue('Otter Estates');
  await expect(page.getByLabel('Country')).toHaveValue(/^[A-Z]{2}$/);
  await page.getByLabel('Name of the business').fill('Otter Estates');
  await page.getByLabel('Country').selectOption('GB');
  await page.getByLabel('Currency').fill('zzz');
  await page.getByLabel('Phone').fill('call me maybe');
  await page.getByLabel('Time zone').fill('Mars/Base');
  await page.getByRole('button', { name: 'Create workspace' }).click();
  for (const field of ['Currency', 'Phone', 'Time zone']) {
    await expect(page.getByLabel(field)).toHaveAttribute('aria-invalid', 'true');
  }
  await expect(page.getByRole('alert')).toHaveCount(3);
  await page.getByLabel('Time zone').fill('Europe/London');
  await page.getByLabel('Phone').fill('+44 20 7946 0018');
  await page.getByLabel('Currency').fill('gbp');
  await page.getByRole('button', { name: 'Create workspace' }).click();
  await expect(page).toHaveURL(/\/start$/);
  await page.getByRole('link', { name: 'Inbox' }).click();
  await expect(page.getByText('No open conversations')).toBeVisible();
  await page.goto('/settings/business');
  await expect(page.getByLabel('Name of the business')).toHaveValue('Otter Estates');
  await expect(page.getByLabel('Country')).toHaveValue('GB');
  await expectAccessible(page);
});

test('what is wrong with a sign-up is said at its field, and a known address is told nothing', async ({ open, watch }) => {
  watch.expect(/response 422: POST .*sign_up/);
  const page = await open(null);
  await page.goto('/sign-up');
  const fill = async (email: string, password: string) => {
    await page.getByLabel('Your name').fill('Nora Nosy');
    await page.getByLabel('Work email').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByLabel('Organisation').fill('Nosy Ltd');
    await page.getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Sign up' }).click();
  };
  await fill(address('nora'), 'short');
  await expect(page.getByRole('alert')).toHaveText(/at least 10 characters/);
  await expect(page.getByLabel('Password', { exact: true })).toHaveAttribute('aria-invalid', 'true');
  // Known or not: the same page.
  await fill('anna@harbourhill.example', NEW_PASSWORD);
  await expect(page.getByRole('heading', { name: 'Check your mail' })).toBeVisible();
  await mailTo('anna@harbourhill.example', '/sign-in');
});

test('a link that is used up says so', async ({ open, watch }) => {
  watch.expect(/response 404: POST .*confirm_sign_up/);
  const page = await open(null);
  await page.goto('/sign-up/confirm?link=used-up');
  await page.getByRole('button', { name: 'Confirm my address' }).click();
  await expect(page.getByRole('alert')).toContainText('no longer works');
  await page.goto('/reset-password?link=used-up');
  await expect(page.getByText('This link no longer works')).toBeVisible();
  await page.goto('/invitation?link=used-up');
  await expect(page.getByText('This invitation no longer works')).toBeVisible();
  await page.goto('/confirm-address?link=used-up');
  await expect(page.getByText('This link no longer works')).toBeVisible();
});

test('a forgotten password: a link by mail, once, and every session ends', async ({ open, watch }) => {
  watch.expect(/response 401: (GET .*\/live|POST .*read_news)/);
  const page = await open(null);
  const email = address('fritz');
  await settle(page, 'Fritz Forget', email, 'Forget Ltd');
  const other = await open(null);
  await other.goto('/sign-in');
  await other.getByRole('link', { name: 'Forgot your password?' }).click();
  await other.getByLabel('Email').fill(email);
  await other.getByRole('button', { name: 'Send link' }).click();
  await expect(other.getByRole('status').filter({ hasText: 'If there is an account' })).toBeVisible();
  await expectAccessible(other);
  const link = await linkTo(email, '/reset-password');
  await other.goto(link);
  await other.getByLabel('New password').fill('eight green herons');
  await other.getByRole('button', { name: 'Set password' }).click();
  await expect(other.getByText('Your password is changed.')).toBeVisible();
  await signIn(other, email, 'eight green herons');
  await expect(other).toHaveURL(INBOX);
  await page.goto('/inbox');
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goto(link);
  await expect(page.getByText('This link no longer works')).toBeVisible();
});

test('a second factor: set up, asked for, and a recovery code in its place', async ({ open, watch }) => {
  watch.expect(/response 422: POST .*(second_factor|confirm_app)/);
  const page = await open(null);
  const email = address('sven');
  await settle(page, 'Sven Secure', email, 'Secure Ltd');
  await page.goto('/settings/security');
  await page.getByRole('button', { name: 'Set up an app' }).click();
  const picture = page.getByRole('img', { name: 'QR code' });
  await expect(picture).toBeVisible();
  await expect.poll(() => picture.evaluate((node: HTMLImageElement) => node.naturalWidth)).toBeGreaterThan(100);
  await expectAccessible(page);
  const secret = (await page.locator('.secret').textContent())!;
  await page.getByLabel('Code that the app shows').fill('000000');
  await page.getByRole('button', { name: 'Turn on' }).click();
  await expect(page.getByRole('alert')).toContainText('not right');
  await page.getByLabel('Code that the app shows').fill(code(secret));
  await page.getByRole('button', { name: 'Turn on' }).click();
  await expect(page.getByRole('heading', { name: 'Recovery codes' })).toBeVisible();
  const codes = await page.locator('.code-list li').allTextContents();
  expect(codes).toHaveLength(10);
  await expect(page.getByText('10 recovery codes left')).toBeVisible();
  await expectAccessible(page);

  const other = await open(null);
  await signIn(other, email);
  await expect(other).toHaveURL(/\/sign-in\/second-factor/);
  await expectAccessible(other);
  await other.getByLabel('Code').fill('000000');
  await other.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(other.getByRole('alert')).toContainText('not right');
  await other.getByLabel('Code').fill(code(secret, 1));
  await other.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(other).toHaveURL(INBOX);

  const third = await open(null, PHONE);
  await signIn(third, email);
  await expect(third).toHaveURL(/\/sign-in\/second-factor/);
  await expectNoSideways(third);
  await third.getByLabel('Code').fill(codes[0]!);
  await third.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(third).toHaveURL(INBOX);
  await third.goto('/settings/security');
  await expect(third.getByText('9 recovery codes left')).toBeVisible();
  await expectNoSideways(third);

  await third.getByRole('button', { name: 'Remove the app' }).click();
  await expect(third.getByRole('button', { name: 'Set up an app' })).toBeVisible();
});

test('sessions are listed and ended, and a changed password ends the others', async ({ open, watch }) => {
  watch.expect(/response 401: (GET .*\/live|POST .*read_news)/);
  const page = await open(null);
  const email = address('lena');
  await settle(page, 'Lena List', email, 'List Ltd');
  const second = await open(null);
  await signIn(second, email);
  await expect(second).toHaveURL(INBOX);
  const third = await open(null);
  await signIn(third, email);
  await expect(third).toHaveURL(INBOX);

  await page.goto('/settings/security');
  const rows = page.getByRole('listitem').filter({ hasText: 'last used' });
  await expect(rows).toHaveCount(3);
  await expect(rows.filter({ hasText: 'This one' })).toHaveCount(1);
  await rows.getByRole('button', { name: /^Sign out/ }).first().click();
  await expect(rows).toHaveCount(2);
  await page.getByLabel('New password').fill('nine grey wagtails');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('Every other session is signed out.', { exact: false }).last()).toBeVisible();
  await page.reload();
  await expect(rows).toHaveCount(1);
  for (const gone of [second, third]) {
    await gone.goto('/inbox');
    await expect(gone).toHaveURL(/\/sign-in/);
  }
});

test('a change of address needs both mailboxes', async ({ open }) => {
  const page = await open(null);
  const [before, after] = [address('ada'), address('ada-new')];
  await settle(page, 'Ada Address', before, 'Address Ltd');
  await page.goto('/settings/profile');
  await page.getByText('Change address').click();
  await page.getByLabel('New address').fill(after);
  await page.getByRole('button', { name: 'Send both links' }).click();
  await expect(page.getByText('waits until both mailboxes have agreed')).toBeVisible();
  const other = await open(null);
  await other.goto(await linkTo(after, '/confirm-address'));
  await other.getByRole('button', { name: 'Agree to the change' }).click();
  await expect(other.getByText('The other mailbox still has to agree')).toBeVisible();
  await other.goto(await linkTo(before, '/confirm-address'));
  await expect(other.getByRole('definition')).toHaveText([before, after]);
  await expectAccessible(other);
  await other.getByRole('button', { name: 'Agree to the change' }).click();
  await expect(other.getByText('Your address is changed.')).toBeVisible();
  await signIn(other, after);
  await expect(other).toHaveURL(INBOX);
});

for (const javaScriptEnabled of [true, false]) {
  test(`a change of address is refused ${javaScriptEnabled ? 'with' : 'without'} scripts`, async ({ open }) => {
    const page = await open(null);
    const [before, after] = [address('rita'), address('rita-new')];
    await settle(page, 'Rita Refuse', before, 'Refuse Ltd');
    await page.goto('/settings/profile');
    await page.getByText('Change address').click();
    await page.getByLabel('New address').fill(after);
    await page.getByRole('button', { name: 'Send both links' }).click();
    await expect(page.getByText('waits until both mailboxes have agreed')).toBeVisible();
    const other = await open(null, { javaScriptEnabled });
    const link = await linkTo(before, '/confirm-address');
    await other.goto(link);
    await expect(other.getByRole('definition')).toHaveText([before, after]);
    await other.getByRole('button', { name: 'Refuse' }).click();
    await expect(other.getByText('Your address stays as it is')).toBeVisible();
    await mailTo(before, 'was refused');
    await other.goto(link);
    await expect(other.getByText('This link no longer works')).toBeVisible();
    await page.goto('/settings/profile');
    await expect(page.getByText('waits until both')).toHaveCount(0);
  });
}

test('without scripts: sign up, confirm, name a business, change one’s profile', async ({ open, watch }) => {
  watch.expect(/response 422: POST/);
  const page = await open(null, { javaScriptEnabled: false });
  await page.goto('/sign-up');
  await page.getByLabel('Your name').fill('Pia Plain');
  await page.getByLabel('Work email').fill(address('pia'));
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByLabel('Organisation').fill('Plain Ltd');
  await page.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Sign up' }).click();
  await expect(page.getByRole('alert')).toContainText('at least 10 characters');
  expect(page.url()).not.toContain('short');

  await signUp(page, 'Pia Plain', address('pia'));
  await page.getByLabel('Name of the business').fill('Plain Ltd');
  await page.getByRole('button', { name: 'Create workspace' }).click();
  await expect(page).toHaveURL(/\/start$/);
  await page.goto('/settings/profile');
  await page.getByLabel('Job title').fill('Letter writer');
  await page.getByRole('button', { name: 'Save profile' }).click();
  await expect(page.getByLabel('Job title')).toHaveValue('Letter writer');
});

for (const path of ['/sign-up', '/sign-up/sent', '/sign-up/confirm?link=x', '/forgot-password', '/reset-password?link=x', '/invitation?link=x', '/confirm-address?link=x']) {
  test(`${path} fits a phone`, async ({ open }) => {
    const page = await open(null, PHONE);
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expectNoSideways(page);
    await expectAccessible(page);
  });
}

for (const path of ['/settings/security', '/settings/team', '/settings/business', '/welcome']) {
  test(`${path} fits a phone`, async ({ open }) => {
    const page = await open('anna', PHONE);
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expectNoSideways(page);
    await expectAccessible(page);
  });
}
