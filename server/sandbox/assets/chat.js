// How messages look: one function for each kind, built from DOM nodes, never from HTML text.

// The page may be served without a slash at its end, so addresses are relative to this file.
export const at = (path) => new URL(path, import.meta.url).href;

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (key === 'class') node.className = value;
    else node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// Outlines of Lucide (ISC licence).
const PATHS = {
  back: ['m15 18-6-6 6-6'],
  more: ['M5 12h.01', 'M12 12h.01', 'M19 12h.01'],
  attach: ['M12 5v14', 'M5 12h14'],
  close: ['M18 6 6 18', 'm6 6 12 12'],
  send: ['M5 12h14', 'm12 5 7 7-7 7'],
  voice: ['M12 2a3 3 0 0 0-3 3v7a3 3 0 0 0 6 0V5a3 3 0 0 0-3-3Z', 'M19 10v2a7 7 0 0 1-14 0v-2', 'M12 19v3'],
  stop: ['M6 6h12v12H6z'],
  play: ['m7 4 13 8-13 8z'],
  pause: ['M8 5v14', 'M16 5v14'],
  pin: ['M20 10c0 6-8 12-8 12s-8-6-8-12a8 8 0 0 1 16 0Z', 'M12 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z'],
  file: ['M14 2H6a2 2 0 0 0-2 2v16a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V8z', 'M14 2v6h6'],
  options: ['M4 6h16', 'M4 12h16', 'M4 18h16'],
  clock: ['M12 6v6l4 2', 'M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20Z'],
  one: ['M20 6 9 17l-5-5'],
  two: ['M18 6 7 17l-5-5', 'm22 10-7.5 7.5L13 16'],
  link: ['M15 3h6v6', 'M10 14 21 3', 'M18 13v6a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2h6'],
  list: ['M8 6h13', 'M8 12h13', 'M8 18h13', 'M3 6h.01', 'M3 12h.01', 'M3 18h.01'],
  mail: ['M2 6h20v13H2z', 'm22 7-10 7L2 7'],
  reply: ['m9 14-5-5 5-5', 'M4 9h10a6 6 0 0 1 6 6v4'],
};

export function icon(name) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  for (const d of PATHS[name] ?? []) {
    const path = document.createElementNS(space, 'path');
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}

export const clock = (ms) => new Date(ms).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

export function day(ms, now) {
  const midnight = (time) => new Date(time).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(now) - midnight(ms)) / 86_400_000);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return new Date(ms).toLocaleDateString([], { weekday: 'long', day: 'numeric', month: 'long' });
}

// Bold, italics and strike-through as people type them, and links.
function rich(text) {
  const out = el('p', { class: 'words', dir: 'auto' });
  const pattern = /(https?:\/\/[^\s]+)|\*([^*\n]+)\*|_([^_\n]+)_|~([^~\n]+)~/g;
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    out.append(text.slice(from, match.index));
    if (match[1]) out.append(el('a', { href: match[1], target: '_blank', rel: 'noopener noreferrer' }, match[1]));
    else if (match[2]) out.append(el('strong', {}, match[2]));
    else if (match[3]) out.append(el('em', {}, match[3]));
    else out.append(el('s', {}, match[4]));
    from = match.index + match[0].length;
  }
  out.append(text.slice(from));
  return out;
}

const TICKS = {
  pending: ['clock', 'On its way to the business'],
  sent: ['one', 'Arrived at the business'],
  read: ['two', 'Read by the business'],
};

function meta(message) {
  const [name, label] = TICKS[message.status] ?? TICKS.sent;
  return el('span', { class: 'meta' },
    message.edited ? 'edited ' : null,
    el('time', { datetime: new Date(message.at_ms).toISOString(), title: new Date(message.at_ms).toLocaleString() }, clock(message.at_ms)),
    message.mine ? el('span', { class: `tick ${message.status}`, title: label }, icon(name), el('span', { class: 'hidden' }, label)) : null);
}

function picture(media, words) {
  return el('a', { href: at(media.url), target: '_blank', class: 'picture' }, el('img', { src: at(media.url), alt: words || 'Photo', loading: 'lazy' }));
}

const size = (bytes) => (bytes < 1024 ? `${bytes} B` : bytes < 1_048_576 ? `${Math.round(bytes / 1024)} kB` : `${(bytes / 1_048_576).toFixed(1)} MB`);

function fileCard(media) {
  return el('a', { href: at(media.url), class: 'file', download: media.filename ?? 'file' }, icon('file'),
    el('span', {}, el('strong', {}, media.filename ?? 'File'), el('small', {}, size(media.size))));
}

function player(message, played) {
  const sound = new Audio();
  sound.preload = 'metadata';
  const bars = el('span', { class: 'bars', 'aria-hidden': 'true' });
  for (let i = 0; i < 28; i += 1) {
    const code = message.id.charCodeAt(message.id.length - 6 - (i % 18)) || 60;
    bars.append(el('i', { class: `h${(code + i * 5) % 7}` }));
  }
  const time = el('span', { class: 'length' }, '0:03');
  const show = (seconds) => {
    if (Number.isFinite(seconds)) time.textContent = `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, '0')}`;
  };
  const button = el('button', { type: 'button', class: 'icon play', 'aria-label': 'Play the voice note' }, icon('play'));
  const turn = (playing) => {
    button.replaceChildren(icon(playing ? 'pause' : 'play'));
    button.setAttribute('aria-label', playing ? 'Pause the voice note' : 'Play the voice note');
  };
  sound.addEventListener('loadedmetadata', () => show(sound.duration));
  sound.addEventListener('timeupdate', () => {
    const part = sound.currentTime / (sound.duration || 1);
    [...bars.children].forEach((bar, i) => bar.classList.toggle('past', i / 28 < part));
    show(sound.currentTime);
  });
  sound.addEventListener('ended', () => turn(false));
  sound.addEventListener('pause', () => turn(false));
  sound.addEventListener('play', () => turn(true));
  button.addEventListener('click', () => {
    if (!sound.src) sound.src = at(message.media.url);
    if (sound.paused) sound.play().catch(() => { time.textContent = 'cannot be played here'; });
    else sound.pause();
    if (!message.mine) played(message);
  });
  return el('div', { class: 'voice' }, button, bars, time);
}

function place(content) {
  const [lat, lon] = [Number(content.latitude), Number(content.longitude)];
  return el('a', { class: 'place', target: '_blank', rel: 'noopener noreferrer', href: `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=16/${lat}/${lon}` },
    el('span', { class: 'map', 'aria-hidden': 'true' }, icon('pin')),
    el('strong', {}, content.name ?? 'Shared location'),
    el('small', {}, content.address ?? `${lat.toFixed(4)}, ${lon.toFixed(4)}`));
}

function choice(label, sign, act) {
  return el('button', { type: 'button', class: 'choice', onclick: act }, sign ? icon(sign) : null, label);
}

function outside(label, url) {
  return el('a', { class: 'choice', href: url, target: '_blank', rel: 'noopener noreferrer' }, icon('link'), label);
}

function heading(header, message) {
  if (!header) return null;
  if (header.type === 'text') return el('strong', { class: 'heading' }, header.text);
  if (message.media) return message.media.mime.startsWith('image/') ? picture(message.media) : fileCard(message.media);
  const link = header[header.type]?.link;
  return link ? outside(`Open the ${header.type}`, link) : el('span', { class: 'map' }, icon('file'));
}

function template(message, acts) {
  const view = message.rendered ?? {};
  const buttons = (view.buttons ?? []).map((button) => {
    if (button.type === 'QUICK_REPLY') return choice(button.text, 'reply', () => acts.tap(message, button.text));
    if (button.url) return outside(button.text, button.url);
    return el('span', { class: 'choice still' }, button.text ?? button.type);
  });
  return [heading(view.header, message), rich(view.body ?? ''), view.footer ? el('small', { class: 'foot' }, view.footer) : null,
    buttons.length ? el('div', { class: 'choices' }, ...buttons) : null];
}

function rows(message, acts) {
  const list = el('div', { class: 'rows', hidden: true });
  for (const section of message.content.action?.sections ?? []) {
    if (section.title) list.append(el('h4', {}, section.title));
    for (const row of section.rows ?? []) {
      list.append(el('button', { type: 'button', class: 'row', onclick: () => acts.tap(message, row.id) },
        el('strong', {}, row.title), row.description ? el('small', {}, row.description) : null));
    }
  }
  const opener = choice(message.content.action?.button ?? 'Choose', 'list', () => {
    list.hidden = !list.hidden;
    opener.setAttribute('aria-expanded', String(!list.hidden));
    list.scrollIntoView({ block: 'nearest' });
  });
  opener.setAttribute('aria-expanded', 'false');
  return [opener, list];
}

function interactive(message, acts) {
  const { content } = message;
  if (message.mine) return [rich(message.text ?? 'Reply')];
  const parameters = content.action?.parameters ?? {};
  let choices = [];
  if (content.type === 'button') choices = (content.action?.buttons ?? []).map((one) => choice(one.reply?.title, 'reply', () => acts.tap(message, one.reply?.id)));
  else if (content.type === 'list') choices = rows(message, acts);
  else if (content.type === 'cta_url') choices = [outside(parameters.display_text, parameters.url)];
  else if (content.type === 'flow') choices = [choice(parameters.flow_cta ?? 'Open the form', 'list', () => acts.tap(message, 'done'))];
  else if (content.type === 'location_request_message') choices = [choice('Send my location', 'pin', () => acts.tap(message, 'location'))];
  else if (content.type === 'request_contact_info') choices = [choice('Share my number', 'reply', () => acts.tap(message, 'contact'))];
  else if (content.type === 'carousel') {
    choices = (content.action?.cards ?? []).map((card) => el('div', { class: 'card' }, rich(card.body?.text ?? ''),
      card.action?.parameters?.url ? outside(card.action.parameters.display_text, card.action.parameters.url) : null));
  }
  return [heading(content.header, message), rich(content.body?.text ?? ''), content.footer?.text ? el('small', { class: 'foot' }, content.footer.text) : null,
    el('div', { class: 'choices' }, ...choices)];
}

function inside(message, acts) {
  if (message.revoked) return [el('p', { class: 'words gone' }, message.mine ? 'You deleted this message' : 'This message was deleted')];
  const { type, content, media } = message;
  switch (type) {
    case 'text': return [rich(content.body ?? '')];
    case 'image':
    case 'sticker': return [media ? picture(media, content.caption) : outside('Photo', content.link ?? ''), content.caption ? rich(content.caption) : null];
    case 'video': return [media ? el('video', { src: at(media.url), controls: true, preload: 'metadata' }) : outside('Video', content.link ?? ''), content.caption ? rich(content.caption) : null];
    case 'audio': return [media ? player(message, acts.played) : outside('Sound', content.link ?? '')];
    case 'document': return [media ? fileCard(media) : outside(content.filename ?? 'Document', content.link ?? ''), content.caption ? rich(content.caption) : null];
    case 'location': return [place(content)];
    case 'contacts': return (Array.isArray(content) ? content : []).map((card) => el('div', { class: 'file' }, el('span', { class: 'avatar', 'aria-hidden': 'true' }, (card.name?.formatted_name ?? '?').slice(0, 1)),
      el('span', {}, el('strong', {}, card.name?.formatted_name ?? 'Contact'), el('small', {}, card.phones?.[0]?.phone ?? ''))));
    case 'interactive': return interactive(message, acts);
    case 'template': return template(message, acts);
    case 'button': return [rich(content.text ?? '')];
    case 'order': return [rich(`Order: ${(content.product_items ?? []).map((item) => `${item.quantity} × ${item.product_retailer_id}`).join(', ')}`)];
    default: return [el('p', { class: 'words gone' }, `A message of the kind “${type}”`)];
  }
}

// A bubble with its actions.
export function bubble(message, acts) {
  const quote = message.quote && el('div', { class: 'quote' }, el('strong', {}, message.quote.mine ? 'You' : acts.business()), el('span', {}, message.quote.text));
  const marks = message.reactions.filter((mark) => mark.emoji);
  const more = el('button', { type: 'button', class: 'icon more', 'aria-label': 'Actions for this message', 'aria-haspopup': 'menu' }, icon('more'));
  more.addEventListener('click', () => acts.menu(message, more));
  return el('article', { class: `bubble ${message.mine ? 'mine' : 'theirs'} ${message.type}`, 'aria-label': message.mine ? 'You' : acts.business() },
    quote || null, ...inside(message, acts), meta(message),
    marks.length ? el('span', { class: 'marks', 'aria-label': 'Reactions' }, marks.map((mark) => mark.emoji).join('')) : null,
    message.revoked ? null : more);
}
