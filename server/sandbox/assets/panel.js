// The side panel: what a tester may do to a phone, to the network and to time. On narrow screens it lives in a dialog.
import { at, el } from './chat.js';
import { act, app, call, person, refresh, remove } from './phone.js';

const FAULTS = [
  ['Sends answer “too many requests” (429)', { kind: 'http_429', seconds: 5 }],
  ['Sends answer 500', { kind: 'http_500' }],
  ['Connection breaks before a send is accepted', { kind: 'reset_before' }],
  ['Connection breaks after a send was accepted', { kind: 'reset_after_accept' }],
  ['Every answer takes three seconds', { kind: 'slow', seconds: 3, on: 'all' }],
  ['The token has expired', { kind: 'token_expired', on: 'all' }],
  ['Marketing is withheld by the network (131049)', { kind: 'code:131049' }],
  ['Every webhook comes twice', { kind: 'webhook_duplicate' }],
  ['Webhooks come out of order', { kind: 'webhook_reorder' }],
  ['Webhooks come ten seconds late', { kind: 'webhook_delay', seconds: 10 }],
  ['The first try of a webhook has a wrong signature', { kind: 'bad_signature' }],
  ['Messages have an unknown type', { kind: 'unknown_type' }],
  ['Files cannot be downloaded', { kind: 'media_404' }],
];

const IDENTITIES = [
  ['phone_and_bsuid', 'Phone number and user id'],
  ['username_and_phone', 'Username, phone number, user id'],
  ['username_only', 'Username only, number hidden'],
  ['with_parent', 'With parent user id'],
  ['legacy', 'Phone number only, as before 2026'],
];

function toggle(label, on, change, note) {
  const box = el('input', { type: 'checkbox', role: 'switch', checked: on });
  box.addEventListener('change', () => change(box.checked));
  return el('label', { class: 'switch' }, box, el('span', {}, label, note ? el('small', {}, note) : null));
}

const button = (label, work) => el('button', { type: 'button', class: 'plain', onclick: work }, label);

const group = (title, ...children) => el('section', {}, el('h3', {}, title), ...children);

function fact(name, value) {
  return el('div', { class: 'fact' }, el('dt', {}, name), el('dd', {}, value));
}

// Ofcom keeps 07700 900000 to 900999 for fiction.
function freshNumber() {
  const taken = new Set(app.state.customers.map((one) => one.phone));
  for (let last = 300; last < 1000; last += 1) {
    const phone = `447700900${last}`;
    if (!taken.has(phone)) return phone;
  }
  return '447700900299';
}

function ofPerson(one) {
  const change = (what) => act(() => call(`customer/${encodeURIComponent(one.id)}`, what));
  const select = el('select', { 'aria-label': 'What the business sees of this person' },
    ...IDENTITIES.map(([value, label]) => el('option', { value, selected: value === one.identity }, label)));
  select.addEventListener('change', () => change({ identity: select.value, username: one.username ?? one.id }));
  const until = one.window_open ? `open until ${new Date(one.window_until_ms).toLocaleString([], { weekday: 'short', hour: '2-digit', minute: '2-digit' })}` : 'closed: only templates get through';
  return group(`${one.name}'s phone`,
    toggle('Offline', one.offline, (offline) => change({ offline }), one.waiting ? `${one.waiting} waiting` : 'Messages wait'),
    toggle('Read receipts', one.read_receipts, (read_receipts) => change({ read_receipts })),
    toggle('Business blocked', one.blocked, (blocked) => change({ blocked })),
    toggle('No marketing, please', one.marketing_stopped, (stop) => change({ marketing: stop ? 'stop' : 'resume' })),
    el('label', { class: 'field' }, 'The business sees', select),
    button('Change the phone number', () => change({ phone: freshNumber() })),
    el('dl', {}, fact('Number', `+${one.phone}`), one.username ? fact('Username', `@${one.username}`) : '',
      one.user_id ? fact('User id', one.user_id) : '', fact('Service window', until)));
}

function ofTime() {
  const jump = (hours) => act(() => call('clock', { advance_seconds: hours * 3600 }));
  const ahead = app.state.clock_offset_ms;
  return group('Time',
    el('p', {}, new Date(app.state.now_ms).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' }),
      ahead ? el('small', {}, ` (${Math.round(ahead / 3_600_000)} h ahead)`) : null),
    el('div', { class: 'pair' }, button('1 hour later', () => jump(1)), button('24 hours later', () => jump(24))));
}

function ofWebhooks() {
  const hooks = app.state.webhooks;
  const result = el('p', { role: 'status' });
  const check = async () => {
    const reply = await call('handshake', {}).catch((error) => ({ error: error.message }));
    result.textContent = reply.success ? 'The callback answered correctly.' : `Not verified: ${reply.error}.`;
  };
  // Of other callbacks the sandbox does not keep the verify token.
  const main = app.hub.main.page === new URL(at('./')).pathname;
  const state = !hooks.heard ? 'Nobody hears of messages.' : hooks.pending ? 'On their way.' : 'All delivered.';
  return group('Webhooks',
    el('p', { class: hooks.last_error || !hooks.heard ? 'bad' : 'good' }, hooks.last_error ?? state),
    el('dl', {}, fact('Waiting', String(hooks.pending)), fact('Address', hooks.callback_url ?? 'not set')),
    el('div', { class: 'pair' }, button('Try now', () => act(() => call('retry', {}))), main ? button('Check address', check) : null), result);
}

function ofFaults() {
  const change = (fault, on) => act(() => (on ? call('faults', fault) : remove(`faults?kind=${encodeURIComponent(fault.kind)}`)));
  const active = new Set(app.state.faults.map((fault) => fault.kind));
  return group('Trouble on purpose', ...FAULTS.map(([label, fault]) => toggle(label, active.has(fault.kind), (on) => change(fault, on))));
}

function ofNewPerson() {
  const name = el('input', { type: 'text', 'aria-label': 'Name of the new person', placeholder: 'Name', maxlength: '60' });
  const add = async (identity) => {
    const text = name.value.trim() || 'New Person';
    name.value = '';
    const username = `${text.toLowerCase().replace(/[^a-z0-9]+/g, '.').replace(/^\.+|\.+$/g, '')}.home`;
    await act(() => call('customer', { name: text, phone: freshNumber(), identity, username: identity === 'username_only' ? username : undefined }));
  };
  return group('Another person', name,
    el('div', { class: 'pair' }, button('With a number', () => add('phone_and_bsuid')), button('Username only', () => add('username_only'))));
}

function ofBusinesses() {
  const all = [app.hub.main, ...app.hub.businesses];
  const here = app.state.business.phone_number_id;
  const other = all.filter((one) => one.phone_number_id !== here);
  return group('Business',
    el('p', {}, app.state.business.name),
    el('a', { class: 'plain', href: at('app') }, 'App, token and webhooks'),
    other.length ? el('nav', { class: 'others', 'aria-label': 'Phones of other businesses' },
      ...other.map((one) => el('a', { class: 'plain', href: one.page }, `Phones of ${one.name}`))) : null);
}

let sign = '';
export function drawPanel() {
  if (!app.state) return;
  const one = person();
  const { webhooks, faults, clock_offset_ms, now_ms } = app.state;
  const next = JSON.stringify([one, webhooks, faults.map((fault) => fault.kind), clock_offset_ms, Math.floor(now_ms / 60_000)]);
  const home = matchMedia('(min-width: 900px)').matches ? document.getElementById('panel') : document.getElementById('sheet-body');
  const typing = home.contains(document.activeElement) && document.activeElement.tagName === 'INPUT' && document.activeElement.type === 'text';
  if ((next === sign && home.childElementCount) || typing) return;
  sign = next;
  const focus = [...home.querySelectorAll('input, select, button')].indexOf(document.activeElement);
  const scroll = home.scrollTop;
  home.replaceChildren(...[one ? ofPerson(one) : null, ofBusinesses(), ofWebhooks(), ofTime(), ofNewPerson(), ofFaults()].filter(Boolean));
  home.scrollTop = scroll;
  if (focus >= 0) home.querySelectorAll('input, select, button')[focus]?.focus();
}

matchMedia('(min-width: 900px)').addEventListener('change', () => { sign = ''; refresh(); });
