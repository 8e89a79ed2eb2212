import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, sandbox, test } from '../support/test.ts';

const FREE = [
  'sign_in',
  'second_factor',
  'ask_for_passkey',
  'sign_in_by_passkey',
  'sign_out',
  'sign_up',
  'confirm_sign_up',
  'forgot_password',
  'reset_link_works',
  'reset_password',
  'read_address_change',
  'confirm_address',
  'refuse_address',
  'read_invitation',
  'accept_as_new',
  'mail_is_sandboxed',
].map((name) => `/api/app/api/${name}`);

/** Every server function, read from the sources, so that a new one is tested from its first day. */
function serverFunctions(): string[] {
  const root = join(import.meta.dirname, '../../app');
  const crates = [['app', root], ...readdirSync(root).map((name) => [name, join(root, name)])];
  return crates.flatMap(([name, folder]) => [
    ...functionsOf(join(folder, 'src/api.rs'), `/api/${name}/api`),
    ...filesIn(join(folder, 'src/api')).flatMap((file) => functionsOf(file, `/api/${name}/api/${basename(file, '.rs')}`)),
  ]);
}

/** A function's address is that of its module. */
function functionsOf(file: string, module: string): string[] {
  if (!existsSync(file)) return [];
  const found = readFileSync(file, 'utf8').matchAll(/#\[server[^\n]*\]\s*pub async fn (\w+)/g);
  return [...found].map((match) => `${module}/${match[1]}`);
}

function filesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

const request = (path: string, init: RequestInit = {}) => fetch(`${sandbox.BASE}${path}`, { redirect: 'manual', ...init });
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const ID = '0198f1c2-0000-7000-8000-000000000001';

test('nobody reaches a server function without a session', async () => {
  const paths = serverFunctions();
  expect(paths.length).toBeGreaterThan(60);
  for (const path of paths.filter((path) => !FREE.includes(path))) {
    for (const cookie of ['', 'parley_session=', 'parley_session=made-up']) {
      const script = await request(path, { method: 'POST', headers: { ...FORM, cookie }, body: `conversation=${ID}` });
      expect(script.status, `${path} with “${cookie}”`).toBe(401);
      expect(await script.text(), path).not.toContain('Harbour');
    }
    const form = await request(path, { method: 'POST', headers: { ...FORM, accept: 'text/html' }, body: '' });
    expect([302, 303], `${path} as a form`).toContain(form.status);
    expect(form.headers.get('location')).toBe('/sign-in');
    const read = await request(path);
    expect([401, 404, 405], `${path} read`).toContain(read.status);
  }
});

test('there is no way round: other spellings, live updates, files, the interface for programs', async () => {
  const spellings = ['//api/inbox/api/read_thread', '/api//inbox/api/read_thread', '/%61pi/inbox/api/read_thread', '/api/inbox/api/read_thread/'];
  for (const path of spellings) {
    const answer = await request(path, { method: 'POST', headers: FORM, body: `conversation=${ID}&before=` });
    expect(answer.status, path).toBeGreaterThanOrEqual(400);
    expect(answer.status, path).toBeLessThan(500);
  }
  for (const path of ['/live', `/files/${ID}`, `/files/${ID}?download=1`, '/api/v1/conversations', '/api/v1/contacts']) {
    expect((await request(path)).status, path).toBe(401);
  }
  const body = new FormData();
  body.append('file', new Blob(['x']), 'x.txt');
  // Refused before its body is read, so the line may close under the sender before the answer is seen.
  const upload = await request(`/files?conversation=${ID}`, { method: 'POST', body }).then((answer) => answer.status, () => 401);
  expect(upload, 'an upload').toBe(401);
  expect((await request('/live', { headers: { cookie: 'parley_session=made-up' } })).status).toBe(401);
});

test('screens lead a visitor to the sign-in and back, and nowhere else', async ({ open }) => {
  const page = await open(null);
  for (const path of ['/', '/inbox', `/inbox/${ID}`, '/settings/channels', '/settings/profile', '/settings/security', '/settings/team', '/settings/business', '/workspaces', '/welcome']) {
    await page.goto(path);
    await expect(page).toHaveURL(/\/sign-in/);
    await expect(page.getByRole('heading', { name: 'Sign in to Parley' })).toBeVisible();
  }
  for (const next of ['https://evil.example/', '//evil.example', '/\\evil.example']) {
    const answer = await request('/api/app/api/sign_in', {
      method: 'POST',
      headers: { ...FORM, accept: 'text/html' },
      body: new URLSearchParams({ email: 'anna@harbourhill.example', password: 'harbour-demo', next }),
    });
    expect(answer.headers.get('location'), next).toBe('/inbox');
    expect(answer.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Lax; Path=\//);
  }
});

test('what another site sends is refused, with or without a session', async ({ open }) => {
  const page = await open('anna');
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const paths = ['/api/app/api/sign_in', '/api/app/api/sign_out', '/api/inbox/api/list_conversations', `/files?conversation=${ID}`];
  for (const path of paths) {
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }]) {
      const body = 'view=all&search=&after=';
      const answer = await request(path, { method: 'POST', headers: { ...FORM, cookie, ...headers } as HeadersInit, body });
      expect(answer.status, `${path} ${JSON.stringify(headers)}`).toBe(403);
    }
  }
  const own = await request('/api/inbox/api/list_conversations', {
    method: 'POST',
    headers: { ...FORM, cookie, origin: sandbox.BASE },
    body: 'view=all&search=&after=',
  });
  expect(own.status, 'one’s own origin').toBe(200);
});

test('webhooks without a good signature change nothing', async () => {
  const body = { object: 'whatsapp_business_account', entry: [] };
  for (const signature of ['bad', 'missing', 'sha1', 'other_secret']) {
    const { status } = await sandbox.post('raw_webhook', { body, signature });
    expect([401, 403], signature).toContain(status);
  }
});

test('pages say what browsers may do with them', async () => {
  const page = await request('/sign-in', { headers: { accept: 'text/html' } });
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("object-src 'none'");
  expect(policy).not.toContain("'unsafe-inline'");
  expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  expect(page.headers.get('x-frame-options')).toBe('DENY');
});
