import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { entry, expect, list, row, sandbox, test, thread, visit } from '../support/test.ts';

const FOLDER = process.env.PARLEY_SCREENSHOTS;
const WIDTHS = [
  { width: 1280, height: 800 },
  { width: 360, height: 740 },
];

test.skip(!FOLDER, 'only with PARLEY_SCREENSHOTS');
test.describe.configure({ timeout: 90_000 });

test.beforeAll(async () => {
  mkdirSync(FOLDER!, { recursive: true });
  if ((await sandbox.chat('grace')).length > 0) return;
  await sandbox.writes('grace', 'And is there somewhere to keep two bicycles?');
  await sandbox.writes('grace', { type: 'image', sample: 'photo', caption: 'This is the one, isn’t it?' });
});

for (const viewport of WIDTHS) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`pictures at ${viewport.width}, ${colorScheme}`, async ({ open }) => {
      const options = { viewport, colorScheme, deviceScaleFactor: 2, reducedMotion: 'reduce' as const };
      const shoot = async (page: Page, name: string) => {
        await page.evaluate(() => document.fonts.ready);
        const path = join(FOLDER!, `${name}-${viewport.width}-${colorScheme}.png`);
        await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
      };
      const page = await open('anna', options);
      await visit(page, '/inbox');
      await expect(list(page).locator('.row-name').first()).toBeVisible();
      await shoot(page, 'inbox');

      await row(page, 'Grace Okafor').click();
      const picture = entry(page, 'This is the one').getByRole('img');
      await expect.poll(() => picture.evaluate((node: HTMLImageElement) => node.complete && node.naturalWidth > 0)).toBe(true);
      await expect(thread(page).getByText(/^Open for/)).toBeVisible();
      await shoot(page, 'thread');

      await visit(page, '/settings/channels');
      await expect(page.getByText('Phone number ID')).toBeVisible();
      await shoot(page, 'settings');

      const phone = await open(null, options);
      await phone.goto('/sandbox#grace');
      await expect(phone.getByRole('log').getByText('two bicycles')).toBeVisible();
      await shoot(phone, 'sandbox');

      const visitor = await open(null, options);
      await visitor.goto('/sign-in');
      await expect(visitor.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible();
      await shoot(visitor, 'sign-in');
    });
  }
}
