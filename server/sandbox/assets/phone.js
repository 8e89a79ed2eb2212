// The phones: list of people, chat, composer. Everything it shows comes from the control interface.
import { at, bubble, clock, day, el, icon } from './chat.js';
import { drawPanel } from './panel.js';

const $ = (id) => document.getElementById(id);
const SUGGESTIONS = ['Is the flat in Elm Street still free?', 'Can I view it on Saturday?', 'What would the monthly costs be?', 'Thank you!', 'STOP'];
const EMOJI = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

export const app = { state: null, hub: null, current: null, messages: [], quoting: null, editing: null, reachable: true };
const shown = new Map();

export async function call(path, body) {
  const options = body === undefined ? {} : body instanceof FormData
    ? { method: 'POST', body }
    : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(at(`control/${path}`), options);
  const reply = await response.json();
  if (!response.ok) throw new Error(reply.error ?? `status ${response.status}`);
  return reply;
}

export async function remove(path) {
  await fetch(at(`control/${path}`), { method: 'DELETE' });
}

export const person = () => app.state?.customers.find((one) => one.id === app.current);

function alertText() {
  if (!app.reachable) return 'The sandbox cannot be reached. Trying again…';
  const hooks = app.state?.webhooks;
  if (hooks?.last_error && hooks.pending > 0) return `${hooks.last_error} ${hooks.pending} waiting.`;
  if (hooks && !hooks.heard) return 'Nobody has subscribed to webhooks yet: connect the number first, or messages go nowhere.';
  return '';
}

function showAlert() {
  for (const id of ['people-alert', 'chat-alert']) {
    const text = alertText();
    if ($(id).textContent !== text) $(id).textContent = text;
    $(id).hidden = !text;
  }
}

const hue = (name) => `hue${[...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6}`;
const initials = (name) => name.split(/[^\p{L}\p{N}]+/u).filter(Boolean).slice(0, 2).map((word) => word[0]).join('').toUpperCase();

function personRow(one) {
  const last = one.last ? `${one.last.mine ? 'You: ' : ''}${one.last.text}` : one.about || 'No messages yet';
  const when = one.last ? clock(one.last.at_ms) : '';
  return el('li', {}, el('button', { type: 'button', class: 'person', onclick: () => open(one.id) },
    el('span', { class: `avatar ${hue(one.name)}${one.offline ? ' off' : ''}`, 'aria-hidden': 'true' }, initials(one.name)),
    el('span', { class: 'person-text' }, el('strong', {}, one.name), el('span', { class: 'last', dir: 'auto' }, one.typing ? `${app.state.business.name} is typing…` : last)),
    el('span', { class: 'person-side' }, el('small', {}, one.offline ? 'offline' : when),
      one.unread ? el('span', { class: 'badge' }, String(one.unread), el('span', { class: 'hidden' }, ' unread')) : null)));
}

function drawPeople() {
  const list = $('people');
  const sign = JSON.stringify([app.state.customers.map((one) => [one.id, one.name, one.last, one.unread, one.offline, one.typing])]);
  if (list.dataset.sign === sign) return;
  list.dataset.sign = sign;
  const focused = [...list.children].findIndex((item) => item.contains(document.activeElement));
  list.replaceChildren(...app.state.customers.map(personRow));
  if (focused >= 0) list.children[focused]?.querySelector('button')?.focus();
  $('people-note').textContent = `They all know ${app.state.business.name}`;
}

let typingTimer = 0;
function drawChatHead() {
  const one = person();
  if (!one) return;
  $('chat-title').textContent = app.state.business.name;
  $('business-avatar').textContent = initials(app.state.business.name);
  $('chat-note').textContent = `${one.name}'s phone${one.offline ? ' · offline' : ''}`;
  const left = one.typing_until_ms - app.state.now_ms;
  $('typing').hidden = left <= 0;
  $('typing-text').textContent = left > 0 ? `${app.state.business.name} is typing` : '';
  clearTimeout(typingTimer);
  if (left > 0) typingTimer = setTimeout(() => refresh(), left + 200);
  $('draft').placeholder = one.offline ? 'This phone is offline' : 'Message';
  for (const id of ['draft', 'send', 'attach', 'voice']) $(id).disabled = one.offline;
  for (const button of $('suggestions').children) button.disabled = one.offline;
}

const acts = {
  business: () => app.state?.business.name ?? 'Business',
  tap: (message, choice) => act(() => call('tap', { message_id: message.id, choice })),
  played: (message) => act(() => call('play', { message_id: message.id })),
  menu: messageMenu,
};

// Only nodes of messages that changed are replaced: nothing jumps, and screen readers hear each message once.
function drawMessages() {
  const log = $('log');
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const wanted = [];
  let lastDay = '';
  for (const message of app.messages) {
    const label = day(message.at_ms, app.state.now_ms);
    if (label !== lastDay) wanted.push([`day-${label}`, label, () => el('h3', { class: 'day' }, label)]);
    lastDay = label;
    wanted.push([message.id, JSON.stringify(message), () => bubble(message, acts)]);
  }
  if (!wanted.length) wanted.push(['empty', '', () => el('p', { class: 'empty' }, 'No messages yet. Choose a suggestion below or write something.')]);
  const keys = new Set(wanted.map(([key]) => key));
  for (const [key, entry] of shown) {
    if (!keys.has(key)) { entry.node.remove(); shown.delete(key); }
  }
  let previous = null;
  for (const [key, sign, make] of wanted) {
    let entry = shown.get(key);
    if (!entry || entry.sign !== sign) {
      const node = make();
      if (entry) entry.node.replaceWith(node);
      entry = { sign, node };
      shown.set(key, entry);
    }
    const place = previous ? previous.nextSibling : log.firstChild;
    if (entry.node !== place) log.insertBefore(entry.node, place);
    previous = entry.node;
  }
  if (atEnd || app.toEnd) log.scrollTop = log.scrollHeight;
  app.toEnd = false;
}

function drawSuggestions() {
  $('suggestions').replaceChildren(...SUGGESTIONS.map((text) => el('button', { type: 'button', onclick: () => say({ type: 'text', text }) }, text)));
}

let reading = false;
async function readIfSeen() {
  const one = person();
  if (!one || one.offline || document.hidden || reading) return;
  reading = true;
  await call('read', { customer: one.id, open: true }).catch(() => {});
  reading = false;
}

let again = false;
let busy = false;
export async function refresh() {
  if (busy) { again = true; return; }
  busy = true;
  try {
    app.state = await call('state?chats=false');
    app.hub ??= await fetch(new URL('control/businesses', new URL(document.body.dataset.root, location.href))).then((reply) => reply.json());
    app.reachable = true;
    drawPeople();
    if (app.current && !person()) leave();
    if (app.current) {
      app.messages = (await call(`chat/${encodeURIComponent(app.current)}`)).messages;
      drawChatHead();
      drawMessages();
      if (person()?.unread) readIfSeen();
    }
    drawPanel();
  } catch (error) {
    app.reachable = !(error instanceof TypeError);
  }
  showAlert();
  busy = false;
  if (again) { again = false; refresh(); }
}

export async function act(work) {
  try {
    await work();
  } catch (error) {
    $('chat-alert').textContent = `That did not work: ${error.message}.`;
    $('chat-alert').hidden = false;
    return;
  }
  refresh();
}

function say(message) {
  const context = app.quoting?.id;
  stopQuoting();
  app.toEnd = true;
  return act(() => call('inbound', { customer: app.current, context, ...message }));
}

async function open(id) {
  app.current = id;
  app.messages = [];
  shown.clear();
  $('log').replaceChildren();
  stopQuoting();
  $('people-screen').hidden = true;
  $('chat-screen').hidden = false;
  document.body.classList.add('in-chat');
  history.replaceState(null, '', `#${encodeURIComponent(id)}`);
  await refresh();
  $('log').scrollTop = $('log').scrollHeight;
  readIfSeen();
  if (matchMedia('(pointer: fine)').matches) $('draft').focus();
}

function leave() {
  const id = app.current;
  app.current = null;
  if (id) call('read', { customer: id, open: false }).catch(() => {});
  $('chat-screen').hidden = true;
  $('people-screen').hidden = false;
  document.body.classList.remove('in-chat');
  history.replaceState(null, '', '#');
  drawPanel();
  const index = app.state?.customers.findIndex((one) => one.id === id) ?? -1;
  $('people').children[index]?.querySelector('button')?.focus();
}

function stopQuoting() {
  app.quoting = null;
  app.editing = null;
  $('quoting').hidden = true;
}

function startQuoting(message, editing) {
  app.quoting = editing ? null : message;
  app.editing = editing ? message : null;
  $('quoting-text').textContent = `${editing ? 'Editing' : 'Answering'}: ${message.text ?? message.rendered?.body ?? message.type}`;
  $('quoting').hidden = false;
  if (editing) $('draft').value = message.content.body ?? '';
  $('draft').focus();
}

function closeMenus() {
  document.querySelectorAll('.menu.floating').forEach((menu) => menu.remove());
  $('attach-menu').hidden = true;
  $('attach').setAttribute('aria-expanded', 'false');
}

function messageMenu(message, anchor) {
  closeMenus();
  const customer = app.current;
  const item = (label, work) => el('button', { type: 'button', role: 'menuitem', onclick: () => { closeMenus(); work(); } }, label);
  const mine = message.reactions.find((mark) => mark.from === 'customer')?.emoji;
  const marks = el('div', { class: 'emoji' }, ...EMOJI.map((emoji) => {
    const react = item(emoji, () => act(() => call('react', { customer, message_id: message.id, emoji: mine === emoji ? '' : emoji })));
    react.setAttribute('aria-label', mine === emoji ? `Remove ${emoji}` : `React with ${emoji}`);
    return react;
  }));
  const menu = el('div', { class: 'menu floating', role: 'menu', 'aria-label': 'Message' }, marks, item('Answer with quote', () => startQuoting(message, false)));
  if (message.mine) {
    if (message.type === 'text') menu.append(item('Edit', () => startQuoting(message, true)));
    menu.append(item('Delete for everyone', () => act(() => call('inbound', { customer, type: 'revoke', message_id: message.id }))));
  }
  anchor.closest('.bubble').append(menu);
  menu.querySelector('button').focus();
  menu.scrollIntoView({ block: 'nearest' });
}

function attachMenu() {
  const menu = $('attach-menu');
  const opening = menu.hidden;
  closeMenus();
  if (!opening) return;
  const item = (label, work) => el('button', { type: 'button', role: 'menuitem', onclick: () => { closeMenus(); work(); } }, label);
  menu.replaceChildren(
    item('Photo or video from this device', () => $('photo-file').click()),
    item('Document from this device', () => $('document-file').click()),
    item('Sample photo', () => say({ type: 'image', sample: 'photo', caption: 'This is the house I mean' })),
    item('Sample document', () => say({ type: 'document', sample: 'document' })),
    item('Sample voice note', () => say({ type: 'audio', sample: 'voice' })),
    item('Location', () => say({ type: 'location', name: 'Elm Street', address: '12 Elm Street' })),
    item('Contact', () => say({ type: 'contacts', name: 'Ada Lovelace' })));
  menu.hidden = false;
  $('attach').setAttribute('aria-expanded', 'true');
  menu.querySelector('button').focus();
}

async function sendFile(file, kind) {
  const form = new FormData();
  form.append('file', file, file.name ?? 'file');
  const type = kind ?? (file.type.startsWith('image/') ? 'image' : file.type.startsWith('video/') ? 'video' : 'document');
  await act(async () => {
    const { id } = await call('media', form);
    await call('inbound', { customer: app.current, type, media_id: id, filename: file.name });
  });
}

let recorder = null;
async function record() {
  if (recorder) { recorder.stop(); return; }
  const stream = await navigator.mediaDevices?.getUserMedia({ audio: true }).catch(() => null);
  // Without a microphone, or its permission, a ready-made note goes out instead.
  if (!stream || !window.MediaRecorder) { say({ type: 'audio', sample: 'voice' }); return; }
  const mimeType = ['audio/ogg;codecs=opus', 'audio/webm;codecs=opus', 'audio/mp4'].find((type) => MediaRecorder.isTypeSupported(type));
  const parts = [];
  recorder = new MediaRecorder(stream, { mimeType });
  recorder.addEventListener('dataavailable', (event) => parts.push(event.data));
  recorder.addEventListener('stop', () => {
    stream.getTracks().forEach((track) => track.stop());
    const type = mimeType.startsWith('audio/ogg') ? 'audio/ogg; codecs=opus' : mimeType.split(';')[0];
    recorder = null;
    showRecording(false);
    sendFile(new File(parts, 'voice-note', { type }), 'audio');
  });
  recorder.start();
  showRecording(true);
}

function showRecording(on) {
  $('voice').replaceChildren(icon(on ? 'stop' : 'voice'));
  $('voice').setAttribute('aria-label', on ? 'Stop and send the voice note' : 'Record a voice note');
  $('voice').classList.toggle('recording', on);
}

function submit(event) {
  event?.preventDefault();
  const text = $('draft').value.trim();
  if (!text || !app.current) return;
  $('draft').value = '';
  grow();
  if (app.editing) {
    const { id } = app.editing;
    stopQuoting();
    act(() => call('inbound', { customer: app.current, type: 'edit', message_id: id, text }));
  } else {
    say({ type: 'text', text });
  }
}

function grow() {
  const draft = $('draft');
  draft.style.height = 'auto';
  draft.style.height = `${Math.min(draft.scrollHeight, 120)}px`;
}

function listen() {
  let timer = 0;
  const events = new EventSource(at('control/events'));
  const soon = () => { clearTimeout(timer); timer = setTimeout(refresh, 80); };
  events.addEventListener('message', soon);
  events.addEventListener('open', soon);
  events.addEventListener('error', () => { app.reachable = false; showAlert(); });
}

function start() {
  for (const [id, name] of [['back', 'back'], ['open-panel', 'options'], ['open-panel-list', 'options'], ['to-mail', 'mail'], ['attach', 'attach'], ['voice', 'voice'], ['send', 'send'], ['quoting-cancel', 'close']]) $(id).append(icon(name));
  drawSuggestions();
  $('composer').addEventListener('submit', submit);
  $('draft').addEventListener('input', grow);
  $('draft').addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) submit(event);
  });
  $('back').addEventListener('click', leave);
  $('attach').addEventListener('click', attachMenu);
  $('voice').addEventListener('click', record);
  $('quoting-cancel').addEventListener('click', stopQuoting);
  for (const id of ['open-panel', 'open-panel-list']) $(id).addEventListener('click', () => $('sheet').showModal());
  for (const [id, kind] of [['photo-file', undefined], ['document-file', 'document']]) {
    $(id).addEventListener('change', () => { const [file] = $(id).files; $(id).value = ''; if (file) sendFile(file, kind); });
  }
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || $('sheet').open) return;
    const open = document.querySelector('.menu.floating') || !$('attach-menu').hidden;
    if (open) { closeMenus(); $('draft').focus(); } else if (!$('quoting').hidden) stopQuoting(); else if (app.current) leave();
  });
  document.addEventListener('click', (event) => {
    if (!event.target.closest('.menu, #attach, .more')) closeMenus();
  });
  document.addEventListener('visibilitychange', readIfSeen);
  setInterval(readIfSeen, 30_000);
  listen();
  const wanted = decodeURIComponent(location.hash.slice(1));
  refresh().then(() => { if (app.state?.customers.some((one) => one.id === wanted)) open(wanted); });
}

start();
