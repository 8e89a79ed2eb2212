// People who sign up during a test: their addresses, their mail and the codes of their authenticator app.

import { createHmac } from 'node:crypto';
import { expect, type Page } from '@playwright/test';
import * as sandbox from './sandbox.ts';
import { asAnna } from './test.ts';

/** The inbox itself, not the way to it. */
export const INBOX = /^[^?]*\/inbox$/;

export const NEW_PASSWORD = 'seven brown otters';

let made = 0;

/** An address that no other test knows. */
export function address(name: string): string {
  made += 1;
  return `${name}-${Date.now().toString(36)}${made}@people.example`;
}

interface Mail {
  subject: string;
  text: string;
}

async function mailsTo(email: string): Promise<Mail[]> {
  return (await sandbox.get(`mail?to=${encodeURIComponent(email)}`)).mails;
}

/** The newest mail to somebody whose text has this, once it is there. */
export async function mailTo(email: string, text: string | RegExp): Promise<Mail> {
  const fits = (mail: Mail) => (typeof text === 'string' ? mail.text.includes(text) : text.test(mail.text));
  let found: Mail | undefined;
  await expect
    .poll(
      async () => {
        found = (await mailsTo(email)).find(fits);
        return found !== undefined;
      },
      { message: `a mail to ${email} with ${text}`, timeout: 20_000 },
    )
    .toBe(true);
  return found!;
}

/** The path of the newest link to a page that was mailed to somebody. */
export async function linkTo(email: string, page: string): Promise<string> {
  const { text } = await mailTo(email, `${page}?link=`);
  const found = new RegExp(`${page}\\?link=[A-Za-z0-9_-]+`).exec(text);
  return found![0];
}

/** Signs somebody up, through their mail, up to their first page. */
export async function signUp(page: Page, name: string, email: string): Promise<void> {
  await page.goto('/sign-up');
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Work email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD);
  await page.getByLabel('Organisation').fill('Otter Estates');
  await page.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Sign up' }).click();
  await expect(page.getByRole('heading', { name: 'Check your mail' })).toBeVisible();
  await page.goto(await linkTo(email, '/sign-up/confirm'));
  await page.getByRole('button', { name: 'Confirm my address' }).click();
  await expect(page).toHaveURL(/\/welcome$/);
}

/**
 * Somebody with a workspace of their own. They come by an invitation and leave again, because one machine may ask for
 * few mails to sign up.
 */
export async function settle(page: Page, name: string, email: string, business: string): Promise<void> {
  await asAnna('/api/settings/api/team/invite', { email, role: 'agent', scope: 'own' });
  await join(page, await linkTo(email, '/invitation'), name);
  // Somewhere quiet: the inbox would ask for what it may no longer have.
  await page.goto('/sign-up');
  const left = await page.request.post('/api/settings/api/team/leave', { form: { sure: 'true' }, maxRedirects: 0 });
  expect(left.status()).toBeLessThan(400);
  await page.goto('/welcome');
  await page.getByLabel('Name of the business').fill(business);
  await page.getByRole('button', { name: 'Create workspace' }).click();
  await expect(page).toHaveURL(/\/start$/);
}

/** Somebody new follows their invitation. */
export async function join(page: Page, link: string, name: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Join' }).click();
  await expect(page).toHaveURL(INBOX);
}

export async function signIn(page: Page, email: string, password = NEW_PASSWORD): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** What an authenticator app shows for a secret, `ahead` steps of half a minute from now (RFC 6238). */
export function code(secret: string, ahead = 0): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replace(/[^A-Z2-7]/g, '')].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const hash = createHmac('sha1', key).update(step).digest();
  const offset = hash[hash.length - 1]! & 15;
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
