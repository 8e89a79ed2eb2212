// Ids, secrets and webhooks of a business, as Meta's pages for developers show them.
import { at, el } from './chat.js';

const $ = (id) => document.getElementById(id);
const root = new URL(document.body.dataset.root, location.href);
const VALUES = [
  ['app_id', 'App ID'], ['app_secret', 'App secret'], ['token', 'Access token'], ['waba_id', 'WhatsApp Business Account ID'],
  ['phone_number_id', 'Phone number ID'], ['display_phone_number', 'Phone number'], ['graph', 'Graph base address'],
];
let app = null;

async function call(url, body, method = body === undefined ? 'GET' : 'POST') {
  const options = body === undefined ? { method } : { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(url, options);
  const reply = await response.json();
  if (!response.ok) throw new Error(reply.error ?? `status ${response.status}`);
  return reply;
}

function complain(text) {
  $('alert').textContent = text;
  $('alert').hidden = !text;
}

const act = (work) => async (event) => {
  event.preventDefault();
  complain('');
  try {
    await work(event);
  } catch (error) {
    complain(`That did not work: ${error.message}.`);
  }
  refresh();
};

async function copy(label, node) {
  // Without a secure address there is no clipboard to write to; a selection can still be copied.
  getSelection().selectAllChildren(node);
  const done = await navigator.clipboard?.writeText(node.textContent).then(() => true, () => false) ?? document.execCommand('copy');
  $('copied').textContent = done ? `${label} copied` : `${label} selected: copy it now`;
}

function value([key, label]) {
  const shown = key === 'display_phone_number' && app[key] ? `+${app[key]}` : app[key];
  if (!shown) return null;
  const node = el('code', {}, shown);
  const button = el('button', { type: 'button', class: 'button', 'aria-label': `Copy ${label}` }, 'Copy');
  button.addEventListener('click', async () => {
    await copy(label, node);
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  });
  return el('div', { class: 'value' }, el('dt', {}, label), el('dd', {}, node, button));
}

const fact = ([name, text]) => el('div', { class: 'fact' }, el('dt', {}, name), el('dd', {}, text));

function drawNumber() {
  const without = [['Number', 'The account has none yet.']];
  const facts = [['Status', app.number_status.toLowerCase()], ['Owner', app.verified ? 'confirmed' : 'not confirmed yet']];
  if (app.code) facts.push(['Code sent', app.code]);
  $('number').replaceChildren(...(app.display_phone_number ? facts : without).map(fact));
}

function hearing() {
  const callback = app.number_callback ?? app.account_callback ?? app.callback_url;
  if (!callback) return 'Nothing goes out: no callback is set.';
  if (!app.subscribed) return 'Nothing goes out: the account is not subscribed.';
  if (app.callback_url && !app.fields.includes('messages')) return 'Messages do not go out: the field messages is not ticked.';
  return `Messages go to ${callback}`;
}

function drawHooks() {
  $('hooks').textContent = hearing();
  $('hooks').className = hearing().startsWith('Messages go to') ? 'good' : 'bad';
  const facts = [['App', app.callback_url], ['Account', app.account_callback], ['Number', app.number_callback]];
  $('callbacks').replaceChildren(...facts.filter(([, url]) => url).map(fact));
  $('account').checked = app.subscribed;
  const input = $('callback').elements.callback_url;
  if (!input.value) input.value = app.callback_url ?? '';
  const editable = app.own_app;
  $('callback').hidden = !editable;
  $('fields').hidden = !editable;
  $('fields').disabled = !app.callback_url;
}

function drawFields() {
  if ($('fields').querySelectorAll('input').length === 0) {
    $('fields').append(...app.all_fields.map((field) => {
      const box = el('input', { type: 'checkbox', value: field });
      box.addEventListener('change', act(() => call(at('control/app/field'), { field, on: box.checked })));
      return el('label', { class: 'tick' }, box, field);
    }));
  }
  for (const box of $('fields').querySelectorAll('input')) box.checked = app.fields.includes(box.value);
}

function drawBusinesses({ main, businesses }) {
  $('businesses').replaceChildren(...[main, ...businesses].map((one) => el('li', {},
    el('strong', {}, one.name), el('span', {}, one.display_phone_number ? `+${one.display_phone_number}` : 'no number'),
    el('a', { class: 'button', href: one.page, 'aria-label': `Phones of ${one.name}` }, 'Phones'),
    one.page === app.page ? el('span', { class: 'here' }, 'This page')
      : el('a', { class: 'button', href: `${one.page}app`, 'aria-label': `App and number of ${one.name}` }, 'App'))));
  $('remove').hidden = app.page === main.page;
}

async function refresh() {
  try {
    app = await call(at('control/app'));
    const hub = await call(new URL('control/businesses', root));
    const sign = JSON.stringify(VALUES.map(([key]) => app[key]));
    if ($('values').dataset.sign !== sign) $('values').replaceChildren(...VALUES.map(value).filter(Boolean));
    $('values').dataset.sign = sign;
    $('guest').hidden = app.own_app;
    $('guest').textContent = `This business signed up with ${app.app_name}; the app’s secret, callback and fields are its operator’s.`;
    drawNumber();
    drawHooks();
    drawFields();
    drawBusinesses(hub);
  } catch (error) {
    complain(error instanceof TypeError ? 'The sandbox cannot be reached.' : `That did not work: ${error.message}.`);
  }
}

async function saveCallback(event) {
  $('verified').textContent = 'Asking the callback…';
  try {
    await call(at('control/app/callback'), Object.fromEntries(new FormData(event.target)));
    $('verified').textContent = 'The callback answered correctly and is saved.';
    $('verified').className = 'good';
  } catch (error) {
    $('verified').textContent = `Not saved: ${error.message}.`;
    $('verified').className = 'bad';
  }
}

async function add(event) {
  const made = await call(new URL('control/businesses', root), Object.fromEntries(new FormData(event.target)));
  location.assign(`${made.page}app`);
}

async function remove() {
  if (!confirm(`Remove ${app.name} with its number and chats?`)) return;
  const key = app.page.split('/').at(-2);
  await call(new URL(`control/businesses/${key}`, root), undefined, 'DELETE');
  location.assign(new URL('app', root));
}

$('callback').addEventListener('submit', act(saveCallback));
$('account').addEventListener('change', act(() => call(at('control/app/account'), { subscribed: $('account').checked })));
$('new').addEventListener('submit', act(add));
$('remove').addEventListener('click', act(remove));
new EventSource(at('control/events')).addEventListener('message', ({ data }) => {
  if (['settings', 'number', 'reset'].includes(data)) refresh();
});
refresh();
