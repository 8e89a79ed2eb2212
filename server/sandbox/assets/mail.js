// The mails: list, one mail in its forms. Everything it shows comes from the control interface.
import { at, clock, day, el, icon } from './chat.js';

const $ = (id) => document.getElementById(id);
const page = { mails: [], current: null, form: 'html', loaded: false, newest: 0 };

const when = (ms) => (new Date(ms).toDateString() === new Date().toDateString() ? clock(ms) : day(ms, Date.now()));

async function fetchMails() {
  try {
    const response = await fetch(at('control/mail'));
    if (!response.ok) throw new Error(`status ${response.status}`);
    const { mails, smtp } = await response.json();
    say(smtp ? '' : 'No stand-in of a mail server runs here, so no mail can arrive.');
    announce(mails);
    page.mails = mails;
    page.loaded = true;
    draw();
  } catch {
    say('The sandbox cannot be reached. Trying again…');
  }
}

function say(words) {
  if ($('alert').textContent !== words) $('alert').textContent = words;
  $('alert').hidden = !words;
}

// Tells people who do not see the list grow.
function announce(mails) {
  const fresh = mails.filter((mail) => mail.id > page.newest);
  if (page.loaded && fresh.length) $('arrived').textContent = `New mail: ${fresh[0].subject}`;
  page.newest = Math.max(page.newest, ...mails.map((mail) => mail.id));
}

function wanted() {
  const words = $('filter').value.trim().toLowerCase();
  return page.mails.filter((mail) => `${mail.to.join(' ')} ${mail.subject}`.toLowerCase().includes(words));
}

let listSign = '';
function draw() {
  const mails = wanted();
  const sign = JSON.stringify([mails.map((mail) => [mail.id, when(mail.at_ms)]), page.current]);
  if (sign !== listSign) {
    listSign = sign;
    const focused = document.activeElement?.dataset?.id;
    $('letters').replaceChildren(...mails.map(row));
    if (focused) $('letters').querySelector(`[data-id="${focused}"]`)?.focus();
  }
  $('none').hidden = mails.length > 0 || !page.loaded;
  $('none').textContent = page.mails.length ? 'No mail matches.' : 'No mails yet. Sign up, invite somebody or ask for a new password, and the mail shows up here by itself.';
  $('clear').disabled = page.mails.length === 0;
  if (page.current && !page.mails.some((mail) => mail.id === page.current)) page.current = null;
  drawLetter();
}

function row(mail) {
  return el('li', {}, el('button', { type: 'button', class: 'open', 'data-id': String(mail.id), 'aria-current': mail.id === page.current ? 'true' : undefined, onclick: () => open(mail.id) },
    el('strong', { dir: 'auto' }, mail.subject || '(no subject)'),
    el('time', { datetime: new Date(mail.at_ms).toISOString() }, when(mail.at_ms)),
    el('span', { class: 'for' }, `To ${mail.to.join(', ')}`)));
}

// A mail that is open has an entry of its own in the history, so that a phone's back key leads to the list.
function open(id) {
  const fresh = page.current === null;
  page.current = id;
  if (fresh) history.pushState({ id }, '', `#${id}`);
  else history.replaceState({ id }, '', `#${id}`);
  draw();
  $('letter').scrollTop = 0;
  $('letter').focus({ preventScroll: true });
}

function leave() {
  const id = page.current;
  history.replaceState(null, '', location.pathname);
  page.current = null;
  draw();
  $('letters').querySelector(`[data-id="${id}"]`)?.focus();
}

const fact = (name, value) => el('div', { class: 'fact' }, el('dt', {}, name), el('dd', {}, value));

const FORMS = {
  html: ['Mail', (mail) => mail.html !== null],
  text: ['Text', (mail) => mail.text !== null],
  headers: ['Headers', () => true],
  links: ['Links', (mail) => mail.links.length > 0],
};

let letterSign = '';
function drawLetter() {
  const mail = page.mails.find((one) => one.id === page.current);
  $('box').classList.toggle('reading', Boolean(mail));
  const forms = mail ? Object.keys(FORMS).filter((form) => FORMS[form][1](mail)) : [];
  const form = forms.includes(page.form) ? page.form : forms[0];
  const sign = JSON.stringify([mail?.id ?? null, form, page.mails.length > 0]);
  if (sign === letterSign) return;
  letterSign = sign;
  if (!mail) {
    $('letter').replaceChildren(el('p', { class: 'nothing' }, page.mails.length ? 'Choose a mail to read it.' : ''));
    return;
  }
  const back = el('button', { type: 'button', class: 'icon back', 'aria-label': 'Back to the list', onclick: leave }, icon('back'));
  const tabs = el('div', { class: 'shows', role: 'tablist', 'aria-label': 'Forms of this mail' }, ...forms.map((one) => el('button',
    { type: 'button', role: 'tab', id: `tab-${one}`, 'aria-selected': String(one === form), 'aria-controls': 'form', tabindex: one === form ? '0' : '-1', onclick: () => choose(one) }, FORMS[one][0])));
  tabs.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) choose(forms[(forms.indexOf(form) + step + forms.length) % forms.length]);
  });
  $('letter').replaceChildren(
    el('header', {}, back, el('h2', { dir: 'auto' }, mail.subject || '(no subject)'),
      el('dl', {}, fact('From', header(mail, 'From') ?? mail.from), fact('To', mail.to.join(', ')), fact('Arrived', new Date(mail.at_ms).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })))),
    tabs,
    el('div', { class: 'sheet-of-mail', id: 'form', role: 'tabpanel', 'aria-labelledby': `tab-${form}` }, content(mail, form)));
}

const header = (mail, name) => mail.headers.find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1];

function choose(form) {
  page.form = form;
  drawLetter();
  $(`tab-${form}`)?.focus();
}

function content(mail, form) {
  if (form === 'text') return el('pre', { dir: 'auto' }, mail.text);
  if (form === 'headers') return el('dl', { class: 'headers' }, ...mail.headers.map(([name, value]) => fact(name, value)));
  if (form === 'links') return el('ul', { class: 'links' }, ...mail.links.map((link) => el('li', {}, /^https?:/.test(link) ? el('a', { href: link, target: '_blank', rel: 'noopener' }, link) : link)));
  // No script may run in it, so its own origin only lets this page see how high it is.
  const frame = el('iframe', { title: 'The mail', src: at(`control/mail/${mail.id}/html`), sandbox: 'allow-same-origin allow-popups allow-popups-to-escape-sandbox' });
  frame.addEventListener('load', () => fit(frame));
  return frame;
}

function fit(frame) {
  const height = frame.contentDocument?.documentElement?.scrollHeight;
  if (height) frame.style.height = `${height}px`;
}

async function clear() {
  await fetch(at('control/mail'), { method: 'DELETE' });
  page.current = null;
  history.replaceState(null, '', location.pathname);
  await fetchMails();
}

function fromAddress() {
  const id = Number(location.hash.slice(1));
  page.current = Number.isInteger(id) && id > 0 ? id : null;
}

function start() {
  fromAddress();
  $('filter').addEventListener('input', draw);
  $('clear').addEventListener('click', clear);
  addEventListener('popstate', () => { fromAddress(); draw(); });
  addEventListener('resize', () => { const frame = document.querySelector('iframe'); if (frame) fit(frame); });
  const events = new EventSource(at('control/events'));
  let timer = 0;
  const soon = () => { clearTimeout(timer); timer = setTimeout(fetchMails, 80); };
  events.addEventListener('message', (event) => { if (['mail', 'reset'].includes(event.data)) soon(); });
  events.addEventListener('open', soon);
  events.addEventListener('error', () => say('The sandbox cannot be reached. Trying again…'));
  draw();
}

start();
