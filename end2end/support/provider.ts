// A certified OpenID provider on this machine. Any password is right; the login is the address, which it has verified.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, type Page } from '@playwright/test';
import { Provider } from 'oidc-provider';

export const CLIENT = 'parley';
export const SECRET = 'a secret of the provider';

export class Identities {
  private constructor(
    private readonly server: Server,
    readonly issuer: string,
  ) {}

  /** Has an address, and nothing there yet. */
  static async start(): Promise<Identities> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return new Identities(server, issuer);
  }

  /** Knows Parley from now on, and where people go back to. */
  register(redirect: string, names: Record<string, string>): void {
    const provider = new Provider(this.issuer, {
      clients: [{ client_id: CLIENT, client_secret: SECRET, redirect_uris: [redirect], grant_types: ['authorization_code'] }],
      findAccount: (_, id) => ({
        accountId: id,
        claims: () => ({ sub: id, email: id, email_verified: true, name: names[id] ?? 'Somebody' }),
      }),
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
      pkce: { required: () => true },
      cookies: { keys: ['only for tests'] },
    });
    this.server.on('request', provider.callback());
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** Signs in at the provider and agrees that it says who one is, which it asks once. */
export async function signInThere(page: Page, login: string, { agreed = false } = {}): Promise<void> {
  await expect(page.getByPlaceholder('Enter any login')).toHaveValue(login);
  await page.getByPlaceholder('and password').fill('anything');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  if (!agreed) await page.getByRole('button', { name: 'Continue' }).click();
}
