// The shell offline: hashed files from the cache, pages from the network, and a page that says so without one.
// Nothing personal is ever cached: no page, no server function, no file of a message, no event stream.
const SHELL = "shell-1";
const FILES = "files-1";
const OFFLINE = "/offline.html";
const PRECACHED = [OFFLINE, "/offline.css", "/favicon.svg", "/manifest.webmanifest", "/icons/icon-192.png"];
// Hashed files of a few releases; older ones are let go.
const KEPT = 40;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(SHELL)
      .then((cache) => cache.addAll(PRECACHED))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((n) => n !== SHELL && n !== FILES).map((n) => caches.delete(n))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/pkg/")) event.respondWith(hashed(request));
  else if (request.mode === "navigate" && !passes(url.pathname)) event.respondWith(page(request));
  else if (PRECACHED.includes(url.pathname)) event.respondWith(shell(request));
});

function passes(path) {
  return ["/api/", "/live", "/files/", "/sandbox"].some((start) => path.startsWith(start));
}

async function hashed(request) {
  const cache = await caches.open(FILES);
  const known = await cache.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) {
    await cache.put(request, answer.clone());
    const keys = await cache.keys();
    await Promise.all(keys.slice(0, Math.max(0, keys.length - KEPT)).map((key) => cache.delete(key)));
  }
  return answer;
}

async function page(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(OFFLINE)) ?? Response.error();
  }
}

async function shell(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) (await caches.open(SHELL)).put(request, answer.clone());
    return answer;
  } catch {
    return (await caches.match(request)) ?? Response.error();
  }
}
