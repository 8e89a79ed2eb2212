import { entries, entry, expect, expectAccessible, field, sandbox, talk, test, thread } from '../support/test.ts';

/** A red square, as PNG. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP4z8CAB+GTG8HSALfKY52fTcuYAAAAAElFTkSuQmCC',
  'base64',
);

test('photo, voice note and document appear, and the viewer works with keys', async ({ open }) => {
  const page = await open('anna');
  const customer = await talk(page, 'Mona Media');
  await sandbox.writes(customer.id, { type: 'image', sample: 'photo', caption: 'The house I mean' });
  const picture = entry(page, 'The house I mean').getByRole('link', { name: 'Open in full' });
  await expect(picture).toBeVisible();
  const image = picture.getByRole('img');
  await expect.poll(() => image.evaluate((node: HTMLImageElement) => node.complete && node.naturalWidth)).toBeGreaterThan(0);

  await sandbox.writes(customer.id, { type: 'audio', sample: 'voice', voice: true });
  const voice = thread(page).locator('audio');
  await expect(voice).toBeVisible();
  await expect.poll(() => voice.evaluate((node: HTMLAudioElement) => node.duration > 0)).toBe(true);

  await sandbox.writes(customer.id, { type: 'document', sample: 'document', filename: 'Floor plan.pdf' });
  const file = thread(page).getByRole('link', { name: /Floor plan\.pdf/ });
  await expect(file).toBeVisible();
  const saved = page.waitForEvent('download');
  await file.click();
  expect((await saved).suggestedFilename()).toBe('Floor plan.pdf');
  await expectAccessible(page);

  await picture.focus();
  await page.keyboard.press('Enter');
  const viewer = page.getByRole('dialog', { name: 'Media' });
  const full = viewer.getByRole('img', { name: 'Media' });
  await expect(full).toBeVisible();
  await expect.poll(() => full.evaluate((node: HTMLImageElement) => node.complete && node.naturalWidth)).toBeGreaterThan(0);
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(viewer).toBeHidden();
  await expect(picture).toBeFocused();
});

test('the viewer zooms and turns pages with keys', async ({ open }) => {
  const page = await open('anna');
  const customer = await talk(page, 'Zora Zoom');
  for (const [sample, caption] of [['photo', 'The front'], ['photo2', 'The back']]) {
    await sandbox.writes(customer.id, { type: 'image', sample, caption });
    await expect(entry(page, caption).getByRole('img')).toBeVisible();
  }
  await entry(page, 'The front').getByRole('link', { name: 'Open in full' }).press('Enter');
  const viewer = page.getByRole('dialog', { name: 'Media' });
  const full = viewer.getByRole('img', { name: 'Media' });
  const first = await full.getAttribute('src');
  await page.keyboard.press('+');
  await expect(viewer.locator('.zoom-1')).toBeVisible();
  await page.keyboard.press('-');
  await expect(viewer.locator('.zoom-fit')).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(full).not.toHaveAttribute('src', first!);
  await page.keyboard.press('ArrowLeft');
  await expect(full).toHaveAttribute('src', first!);
});

test('an attached picture shows its progress and reaches the phone', async ({ open }) => {
  const page = await open('anna');
  const customer = await talk(page, 'Ulla Upload');
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  await page.route(/\/files\?/, async (route) => {
    await held;
    await route.continue();
  });
  const name = 'kitchen.png';
  await page.getByLabel('Attach files').setInputFiles({ name, mimeType: 'image/png', buffer: PNG });
  const upload = thread(page).getByRole('listitem').filter({ hasText: name });
  await expect(upload.getByRole('progressbar', { name: 'Uploading' })).toBeVisible();
  // What is not ready is not sent, and nothing written is lost.
  await field(page).fill('The new kitchen');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(thread(page).getByText('A file is not ready')).toBeVisible();
  await expect(field(page)).toHaveValue('The new kitchen');
  release();
  await expect(upload.getByRole('progressbar')).toHaveCount(0);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(entry(page, 'The new kitchen')).toContainText('Delivered');
  await expect(entry(page, 'The new kitchen').getByRole('img')).toBeVisible();
  const received = (await sandbox.chat(customer.id)).filter((message) => !message.mine);
  expect(received).toHaveLength(1);
  expect(received[0]).toMatchObject({ type: 'image', content: { caption: 'The new kitchen' } });
  expect(received[0].media).toMatchObject({ mime: 'image/png', size: PNG.length });
});

test('a picture alone can be sent', async ({ open }) => {
  const page = await open('anna');
  const customer = await talk(page, 'Ilse Image');
  await page.getByLabel('Attach files').setInputFiles({ name: 'garden.png', mimeType: 'image/png', buffer: PNG });
  const upload = thread(page).getByRole('listitem').filter({ hasText: 'garden.png' });
  await expect(upload).toContainText(/\d+ B/);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect
    .poll(async () => (await sandbox.chat(customer.id)).filter((message) => message.type === 'image').length)
    .toBe(1);
  await expect(entries(page).filter({ has: page.getByRole('img') })).toHaveCount(1);
});

test('a photo that is none is a file to save, and says why', async ({ open }) => {
  const page = await open('anna');
  const customer = await talk(page, 'Olga Other');
  await sandbox.writes(customer.id, { type: 'image', sample: 'document', caption: 'Look at this' });
  const bubble = entry(page, 'Look at this');
  await expect(bubble.getByText('This isn’t a picture. Save it to look at it.')).toBeVisible({ timeout: 20_000 });
  await expect(bubble.getByRole('link')).toHaveAttribute('href', /^\/files\/[\w-]+\?download=1$/);
  await expect(bubble.getByRole('img')).toHaveCount(0);
});

test('media that cannot be fetched says so in words', async ({ open }) => {
  const page = await open('anna');
  const customer = await talk(page, 'Nele Notfound');
  await sandbox.post('faults', { kind: 'media_404' });
  await sandbox.writes(customer.id, { type: 'image', sample: 'photo2', caption: 'You cannot see this' });
  const bubble = entry(page, 'You cannot see this');
  await expect(bubble).toBeVisible();
  const words = bubble.locator('.file-absent .file-card-size');
  await expect(words).toHaveText(/\w+ \w+ \w+/);
  await expect(words).not.toHaveText(/Being fetched/, { timeout: 20_000 });
  await expect(words).not.toContainText('404');
  await expect(bubble.getByRole('img')).toHaveCount(0);
});
