// From a webhook to two browsers' screens: one colleague looks at the list, another has the conversation open.
//
// Prints one line of JSON: a list of rounds, each with its times in milliseconds from the start of the POST to the painted
// text (`list`, `thread`), to the 200 (`answer`), and of the baseline: a bare event stream from this script to the same browser.
//
// PARLEY_URL, PARLEY_APP_SECRET, NUMBER (the phone number id), EMAIL, PASSWORD; ROUNDS and MESSAGES (of each round).

import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { base, launch, signedIn } from './browser.mjs';

const { PARLEY_APP_SECRET: secret, NUMBER: number } = process.env;
const rounds = Number(process.env.ROUNDS ?? 5);
const messages = Number(process.env.MESSAGES ?? 60);
const person = { phone: '447911123456', name: 'Mia Measure' };
const run = Date.now().toString(36);

const now = () => performance.timeOrigin + performance.now();
const textOf = (mark) => `measured ${run} ${mark}.`;

/** Posts one signed text message; answers when it was begun and how long its 200 took. */
async function webhook(mark) {
  const message = { from: person.phone, id: `measure.${run}.${mark}`, timestamp: String(Math.floor(Date.now() / 1000)), type: 'text', text: { body: textOf(mark) } };
  const contact = { wa_id: person.phone, profile: { name: person.name } };
  const value = { messaging_product: 'whatsapp', metadata: { phone_number_id: number }, contacts: [contact], messages: [message] };
  const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '1', changes: [{ field: 'messages', value }] }] });
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const begun = now();
  const response = await fetch(`${base}/webhooks/whatsapp`, { method: 'POST', body, headers: { 'x-hub-signature-256': signature } });
  if (response.status !== 200) throw new Error(`the webhook was answered with ${response.status}`);
  return { begun, answer: now() - begun };
}

/**
 * Watches for the text in `selector`; answers, once the page is watching, a function that waits for the time of the first
 * moment after the frame in which it stands there.
 */
async function watch(page, selector, text) {
  await page.evaluate(
    ([selector, text]) => {
      window.painted = new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`“${text}” did not appear within 10 s`)), 10_000);
        const observer = new MutationObserver(() => {
          if (!document.querySelector(selector)?.textContent?.includes(text)) return;
          observer.disconnect();
          clearTimeout(late);
          requestAnimationFrame(() => setTimeout(() => resolve(performance.timeOrigin + performance.now())));
        });
        observer.observe(document.body, { childList: true, characterData: true, subtree: true });
      });
    },
    [selector, text],
  );
  return () => page.evaluate(() => window.painted);
}

/** An event stream and nothing else: what of the figure is the browser's and the machine's. */
async function bare(context) {
  const streams = new Set();
  const document = '<!doctype html><ul class=bare></ul><script>new EventSource("/events").onmessage = ({ data }) => {' +
    'const item = document.createElement("li"); item.textContent = data; document.querySelector("ul").append(item) }</script>';
  const server = createServer((request, response) => {
    if (request.url === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      streams.add(response);
    } else if (request.method === 'POST') {
      request.on('data', (text) => streams.forEach((stream) => stream.write(`data: ${text}\n\n`)));
      request.on('end', () => response.end());
    } else response.writeHead(200, { 'content-type': 'text/html' }).end(document);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${server.address().port}/`;
  const page = await context.newPage();
  await page.goto(url);
  while (streams.size === 0) await page.waitForTimeout(10);
  return {
    async measure(mark) {
      const painted = await watch(page, '.bare', textOf(mark));
      const begun = now();
      await fetch(url, { method: 'POST', body: textOf(mark) });
      return (await painted()) - begun;
    },
    close: () => server.close(() => {}),
  };
}

const browser = await launch();
try {
  const list = await signedIn(browser);
  const thread = await signedIn(browser);
  const first = await watch(list, '.pane-list', textOf('first'));
  await webhook('first');
  await first();
  await thread.goto(`${base}/inbox`);
  await thread.locator('.pane-list').getByRole('link').filter({ hasText: person.name }).click();
  await thread.getByLabel('Messages').getByText(textOf('first')).waitFor();
  const baseline = await bare(await browser.newContext());
  const measured = [];
  for (let round = 0; round < rounds; round += 1) {
    const times = { list: [], thread: [], answer: [], baseline: [] };
    for (let n = 0; n < messages; n += 1) {
      const mark = `${round}-${n}`;
      const inList = await watch(list, '.pane-list', textOf(mark));
      const inThread = await watch(thread, '.pane-thread', textOf(mark));
      const { begun, answer } = await webhook(mark);
      times.list.push((await inList()) - begun);
      times.thread.push((await inThread()) - begun);
      times.answer.push(answer);
      times.baseline.push(await baseline.measure(mark));
    }
    measured.push(times);
  }
  baseline.close();
  console.log(JSON.stringify(measured));
} finally {
  await browser.close();
}
process.exit(0);
