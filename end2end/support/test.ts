// The test function of this suite: signed-in pages, each watched for problems.

import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type BrowserContext, type BrowserContextOptions, type Locator, type Page } from '@playwright/test';
import * as sandbox from './sandbox.ts';
import { Watch } from './watch.ts';

export { expect, sandbox };

export const PASSWORD = 'harbour-demo';
export type Member = 'anna' | 'ben' | 'chloe';

export const emailOf = (member: Member): string => `${member}@harbourhill.example`;

const sessions = new Map<Member, string>();

/** A session's cookie, made once for all tests. */
async function sessionOf(member: Member): Promise<string> {
  const known = sessions.get(member);
  if (known) return known;
  const response = await fetch(`${sandbox.BASE}/api/app/api/sign_in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
    body: new URLSearchParams({ email: emailOf(member), password: PASSWORD, next: '' }),
  });
  const cookie = /parley_session=([^;]+)/.exec(response.headers.get('set-cookie') ?? '')?.[1];
  if (!cookie) throw new Error(`${member} could not sign in: ${response.status} ${await response.text()}`);
  sessions.set(member, cookie);
  return cookie;
}

const call = (name: string, form: Record<string, string>) => asAnna(`/api/inbox/api/${name}`, form);

/** Calls a server function as the owner of the demonstration. */
export async function asAnna(path: string, form: Record<string, string>): Promise<any> {
  const response = await fetch(`${sandbox.BASE}${path}`, {
    method: 'POST',
    headers: { cookie: `parley_session=${await sessionOf('anna')}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form),
  });
  expect(response.status, path).toBe(200);
  return response.json();
}

/** Waits until the inbox shows `text` as somebody's last line. */
export async function applied(name: string, text: string): Promise<void> {
  const last = async () => {
    const found = await call('list_conversations', { view: 'all', search: name, after: '' });
    return found.page.items.find((row: { title: string }) => row.title === name)?.last_line;
  };
  await expect.poll(last, { message: `the last line of ${name}`, intervals: [50] }).toBe(text);
}

/** Somebody new who wrote this, all of it applied. */
export async function wroteIn(name: string, text: string, more: Record<string, unknown> = {}): Promise<sandbox.Customer> {
  const customer = await sandbox.customer(name, more);
  await sandbox.writes(customer.id, text);
  await applied(customer.name, text);
  return customer;
}

interface Fixtures {
  watch: Watch;
  /** A page in a context of its own; `null` is a visitor who is not signed in. */
  open: (member: Member | null, options?: BrowserContextOptions) => Promise<Page>;
}

export const test = base.extend<Fixtures>({
  watch: [
    async ({}, use) => {
      const watch = new Watch();
      await use(watch);
      expect.soft(await watch.unexpected(), 'nothing went wrong on any page').toEqual([]);
    },
    { auto: true },
  ],
  open: async ({ browser, watch }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (member, options) => {
      const context = await browser.newContext(options);
      contexts.push(context);
      watch.context(context);
      // Without scripts the browser says of each script that it may not run.
      if (options?.javaScriptEnabled === false) watch.expect(/\.js csp$/);
      if (member) {
        const { hostname } = new URL(sandbox.BASE);
        const cookie = { name: 'parley_session', domain: hostname, path: '/', httpOnly: true, sameSite: 'Lax' as const };
        await context.addCookies([{ ...cookie, value: await sessionOf(member) }]);
      }
      return context.newPage();
    });
    for (const context of contexts) await context.close();
  },
});

test.beforeEach(async () => {
  await sandbox.clearFaults();
  await sandbox.post('settings', { delays: { sent_ms: [0, 20], delivered_ms: [30, 80], failed_ms: [30, 80], read_ms: null } });
});

/** Opens a signed-in screen and waits until it is alive: then it listens for live updates. */
export async function visit(page: Page, path: string): Promise<void> {
  const alive = page.waitForResponse((response) => new URL(response.url()).pathname === '/live');
  await page.goto(path);
  await alive;
}

export const list = (page: Page): Locator => page.getByRole('region', { name: 'Conversations' });
export const row = (page: Page, name: string): Locator => list(page).getByRole('link').filter({ hasText: name });
export const thread = (page: Page): Locator => page.getByRole('region', { name: 'Conversation', exact: true });
export const entries = (page: Page): Locator => thread(page).getByLabel('Messages').getByRole('listitem');
export const entry = (page: Page, text: string | RegExp): Locator => entries(page).filter({ hasText: text });
export const field = (page: Page): Locator => page.getByRole('textbox', { name: 'Write a reply' });
export const noteField = (page: Page): Locator => page.getByRole('textbox', { name: 'Write an internal note' });
export const tab = (page: Page, name: string): Locator =>
  page.getByRole('navigation', { name: 'Lists' }).getByRole('link', { name: new RegExp(`^${name}`) });

/** Opens somebody's conversation, which has to be in the list. */
export async function openThread(page: Page, name: string, view = ''): Promise<void> {
  await visit(page, `/inbox?q=${encodeURIComponent(name)}${view && `&view=${view}`}`);
  await row(page, name).click();
  await expect(thread(page).getByRole('heading', { name })).toBeVisible();
}

/** Somebody new who wrote, and their open conversation. */
export async function talk(page: Page, name: string, text = 'Hello, is anybody there?', more = {}): Promise<sandbox.Customer> {
  const customer = await wroteIn(name, text, more);
  await openThread(page, customer.name);
  await expect(entry(page, text)).toBeVisible();
  return customer;
}

export async function send(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
}

/** No serious or critical finding of axe on what is shown. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  const grave = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
  expect.soft(grave, `accessibility of ${new URL(page.url()).pathname}`).toEqual([]);
}

/** Nothing is wider than the window. */
export async function expectNoSideways(page: Page): Promise<void> {
  const [wide, shown] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(wide, 'the width of the page').toBeLessThanOrEqual(shown);
}
