// The window of Embedded Signup: a business, its number, and what is granted. It tells its opener how it ended.
import { at, el } from './chat.js';

const $ = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
const opener = window.opener;
const target = query.get('origin') ?? location.origin;

const ENDINGS = {
  verified: ['A number that I hold', 'Confirmed with a code here, as if by SMS'],
  unverified: ['A number that I confirm later', 'The app asks for the code'],
  no_number: ['No number for now', 'The account comes without one'],
  coexistence: ['The number of my WhatsApp Business app', 'It stays in the app on my phone as well'],
};
const STEPS = [
  { name: 'BUSINESS_ACCOUNT_SELECTION', title: 'Which business?', draw: drawBusiness },
  { name: 'PHONE_NUMBER_SETUP', title: 'Which number?', draw: drawNumber },
  { name: 'PERMISSION_REVIEW', title: 'What the app may do', draw: drawReview },
];
const onApp = query.get('feature') === 'whatsapp_business_app_onboarding';
const choice = { key: null, name: '', number: '', ending: onApp ? 'coexistence' : 'verified' };
let offer = null;
let step = 0;

const pretty = (digits) => `+${digits.slice(0, 2)} ${digits.slice(2, 6)} ${digits.slice(6)}`;
const known = () => offer.businesses.find((one) => one.key === choice.key);

function radio(name, value, checked, label, note) {
  return el('label', { class: 'radio' }, el('input', { type: 'radio', name, value, checked }),
    el('span', {}, label, note ? el('small', {}, note) : null));
}

function drawBusiness() {
  const name = el('input', { type: 'text', id: 'name', maxlength: '100', autocomplete: 'organization', value: choice.name });
  const fresh = el('label', { class: 'field' }, 'Name of the business', name);
  const choose = () => {
    choice.key = form().get('business') || null;
    fresh.hidden = choice.key !== null;
  };
  const list = offer.businesses.map((one) => radio('business', one.key, one.key === choice.key, one.name,
    one.display_phone_number ? pretty(one.display_phone_number) : 'without a number'));
  const fields = el('fieldset', { onchange: choose }, el('legend', {}, `Businesses that ${offer.app_name} knows`), ...list,
    radio('business', '', choice.key === null, 'A new business'));
  fields.hidden = list.length === 0;
  fresh.hidden = choice.key !== null;
  name.addEventListener('input', () => { choice.name = name.value; });
  return [fields, fresh];
}

function drawNumber() {
  const select = el('select', { id: 'number' }, ...offer.numbers.map((number) => el('option', { value: number, selected: number === choice.number }, pretty(number))));
  const number = el('label', { class: 'field' }, 'Number', select);
  const choose = () => {
    choice.ending = form().get('ending');
    number.hidden = choice.ending === 'no_number';
  };
  choice.number ||= offer.numbers[0] ?? '';
  select.addEventListener('change', () => { choice.number = select.value; });
  number.hidden = choice.ending === 'no_number';
  const offered = Object.entries(ENDINGS).filter(([ending]) => onApp || ending !== 'coexistence');
  return [el('fieldset', { onchange: choose }, el('legend', {}, 'How the business uses WhatsApp'),
    ...offered.map(([ending, [label, note]]) => radio('ending', ending, ending === choice.ending, label, note))), number];
}

function drawReview() {
  const one = known();
  const digits = one ? one.display_phone_number : choice.ending === 'no_number' ? null : choice.number;
  return [
    el('dl', {}, el('div', { class: 'fact' }, el('dt', {}, 'Business'), el('dd', {}, one?.name ?? choice.name.trim())),
      el('div', { class: 'fact' }, el('dt', {}, 'Number'), el('dd', {}, digits ? pretty(digits) : 'none'))),
    el('p', {}, `${offer.app_name} may then:`),
    el('ul', { class: 'grants' }, el('li', {}, 'manage the WhatsApp account and its templates'), el('li', {}, 'send and receive its messages')),
  ];
}

const form = () => new FormData($('form'));

function draw(focus = true) {
  $('title').textContent = STEPS[step].title;
  $('step').replaceChildren(...STEPS[step].draw());
  $('back').hidden = step === 0;
  $('next').textContent = step === STEPS.length - 1 ? 'Finish' : 'Continue';
  complain('');
  if (focus) $('title').focus();
}

function complain(text) {
  $('alert').textContent = text;
  $('alert').hidden = !text;
}

function tell(message) {
  opener?.postMessage(JSON.stringify(message), target);
}

function leave(code) {
  opener?.postMessage({ sandbox: 'login', code }, target);
  window.close();
  // A window that nobody opened stays.
  $('form').hidden = true;
  $('title').textContent = code ? 'Done. You can close this window.' : 'Cancelled. You can close this window.';
}

function cancel(data) {
  tell({ type: 'WA_EMBEDDED_SIGNUP', version: 3, event: 'CANCEL', data });
  leave(null);
}

const report = () => cancel({
  error_message: 'The person reported a problem.', error_id: '524126', session_id: crypto.randomUUID?.() ?? 'session', timestamp: Math.floor(Date.now() / 1000),
});

async function finish() {
  $('next').disabled = true;
  const one = choice.key ? { key: choice.key } : { name: choice.name, number: choice.number || null, ending: choice.ending };
  const response = await fetch(at('control/signup'), {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(one),
  }).catch(() => null);
  const reply = await response?.json().catch(() => null);
  $('next').disabled = false;
  if (!response?.ok) { complain(`That did not work: ${reply?.error ?? 'the sandbox cannot be reached'}.`); return; }
  tell(reply.message);
  leave(reply.code);
}

function next(event) {
  event.preventDefault();
  if (step === 0 && choice.key === null && !choice.name.trim()) {
    complain('Give the business a name.');
    $('name').focus();
    return;
  }
  if (step === STEPS.length - 1) { finish(); return; }
  // A business that the app knows has its number.
  step += step === 0 && choice.key ? 2 : 1;
  draw();
}

function back() {
  step -= step === 2 && choice.key ? 2 : 1;
  draw();
}

// Why Meta would not show the window.
function unfit() {
  if (query.get('app_id') !== offer.app_id) return 'Invalid App ID: FB.init was not called with the id of the operator’s app.';
  if (!query.get('config_id')) return 'config_id is missing: FB.login needs the configuration of Facebook Login for Business.';
  if (query.get('response_type') !== 'code') return 'response_type must be code.';
  return '';
}

async function start() {
  offer = await fetch(at('control/signup')).then((response) => response.json());
  const why = unfit();
  if (why) {
    complain(why);
    for (const id of ['back', 'next', 'report']) $(id).hidden = true;
  } else {
    draw(false);
  }
  $('form').addEventListener('submit', next);
  $('back').addEventListener('click', back);
  $('cancel').addEventListener('click', () => cancel({ current_step: STEPS[step].name }));
  $('report').addEventListener('click', report);
}

start();
