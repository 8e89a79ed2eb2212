// The stand-in of the Cloud API: what customers do with their phones, and what really reached them.

import { expect } from '@playwright/test';

export const BASE = process.env.PARLEY_URL ?? 'http://127.0.0.1:3000';

/** The demonstration by its name: for what belongs to one, as passkeys and ways back from other sites do. */
export const HOME = BASE.replace('127.0.0.1', 'localhost');
const CONTROL = `${BASE}/sandbox/control`;

export interface Customer {
  id: string;
  name: string;
  phone: string;
  user_id: string | null;
}

export interface PhoneMessage {
  id: string;
  mine: boolean;
  type: string;
  content: Record<string, any>;
  rendered?: { body: string };
  text?: string;
  status: string;
  quote?: { id: string; mine: boolean; text: string };
  reactions: { from: string; emoji: string }[];
  revoked: boolean;
  media?: { mime: string; size: number };
}

interface Sent {
  wamid: string;
  biz_opaque_callback_data: string | null;
  customer: string | null;
  type: string;
  delivered_copies: number;
  last_status: string;
}

async function answer(response: Response): Promise<any> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

export async function get(path: string): Promise<any> {
  return answer(await fetch(`${CONTROL}/${path}`));
}

export async function post(path: string, body: unknown): Promise<any> {
  const headers = { 'content-type': 'application/json' };
  return answer(await fetch(`${CONTROL}/${path}`, { method: 'POST', headers, body: JSON.stringify(body) }));
}

export async function clearFaults(): Promise<void> {
  await fetch(`${CONTROL}/faults`, { method: 'DELETE' });
}

let made = 0;

/** Somebody whom no other test knows. */
export async function customer(name: string, more: Record<string, unknown> = {}): Promise<Customer> {
  made += 1;
  const mark = `${Date.now().toString(36)}${made}`;
  const digits = `${Date.now()}`.slice(-7);
  const phone = `4479${digits}${String(made % 10)}`;
  const made_customer = await post('customer', { name: `${name} ${mark}`, id: `e2e-${mark}`, phone, ...more });
  return made_customer.customer;
}

/** The customer writes; answers the message's id. */
export async function writes(who: string, message: string | Record<string, unknown>): Promise<string> {
  const body = typeof message === 'string' ? { type: 'text', text: message } : message;
  return (await post('inbound', { customer: who, ...body })).id;
}

/** The same, some seconds ago: WhatsApp tells the time of a message in whole seconds. */
export async function wrote(who: string, text: string, secondsAgo: number): Promise<string> {
  return writes(who, { text, extra: { timestamp: String(Math.floor(Date.now() / 1000) - secondsAgo) } });
}

/** What is on the customer's screen. */
export async function chat(who: string): Promise<PhoneMessage[]> {
  return (await get(`chat/${who}`)).messages;
}

/** What the business sent to somebody, as the Cloud API accepted it. */
export async function sends(who: string): Promise<Sent[]> {
  const ledger = await get('ledger');
  return ledger.sends.filter((sent: Sent) => sent.customer === who);
}

/** Waits until a message of the business with this text is on the phone. */
export async function arrives(who: string, text: string): Promise<PhoneMessage> {
  let found: PhoneMessage | undefined;
  await expect
    .poll(
      async () => {
        found = (await chat(who)).find((message) => !message.mine && shownText(message).includes(text));
        return found !== undefined;
      },
      { message: `“${text}” on the phone of ${who}` },
    )
    .toBe(true);
  return found!;
}

export function shownText(message: PhoneMessage): string {
  return message.rendered?.body ?? message.text ?? message.content?.body ?? message.content?.caption ?? '';
}

/** Waits until every webhook was taken. What it says may take a moment more to be applied. */
export async function idle(): Promise<void> {
  await expect.poll(async () => (await get('idle')).idle, { message: 'all webhooks are taken' }).toBe(true);
}

/** Exactly `count` copies of `text` reached the phone, and each send was accepted and delivered once. */
export async function expectCopies(who: string, text: string, count: number): Promise<void> {
  if (count > 0) await arrives(who, text);
  await idle();
  const copies = (await chat(who)).filter((message) => !message.mine && shownText(message) === text);
  expect(copies, `copies of “${text}” on the phone`).toHaveLength(count);
  const { by_biz } = await get('ledger');
  for (const sent of await sends(who)) {
    const key = sent.biz_opaque_callback_data ?? '';
    expect(key, 'every send carries its key').not.toBe('');
    expect(by_biz[key]).toEqual({ accepted: 1, delivered: 1 });
  }
}
