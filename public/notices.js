// Tells of what happened while nobody looked: in the tab's title, by a sound, by a notification of the desktop. The page says
// that something changed; what of it this person wants to hear, the server says in words. Nothing is kept but which news were
// told, so that several tabs tell of each once.
(() => {
  const NEWS = "/api/settings/api/notifications/read_news";
  const SETTLED = 1000; // Changes come in bursts.
  const PAUSE = 3000;
  const OFF = 5 * 60_000; // Until somebody who wants to hear of nothing is asked for again.
  const TOLD = "notices";
  const headers = { accept: "application/json", "content-type": "application/x-www-form-urlencoded" };

  let waiting = 0;
  let free = 0;
  let unseen = 0;
  let sounds = null;

  addEventListener("parley:change", () => {
    waiting ||= setTimeout(look, Math.max(SETTLED, free - Date.now()));
  });

  async function look() {
    waiting = 0;
    free = Date.now() + PAUSE;
    try {
      const response = await fetch(NEWS, { method: "POST", headers });
      if (!response.ok) return;
      const page = await response.json();
      if (page.off) free = Date.now() + OFF;
      tell(page, page.news.filter(({ ago }) => ago * 1000 < performance.now()));
    } catch {
      // Without a line there is nothing to hear; the next change asks again.
    }
  }

  function tell(page, news) {
    const elsewhere = news.filter(({ href }) => !document.hasFocus() || location.pathname !== href);
    const fresh = elsewhere.filter(({ key }) => !seen.has(key));
    for (const { key } of news) seen.add(key);
    if (fresh.length === 0) return;
    if (!document.hasFocus()) {
      unseen += fresh.length;
      mark();
    }
    if (page.quiet) return;
    const first = fresh.filter(({ key }) => claim(key));
    if (first.length === 0) return;
    if (page.sound) ring();
    if (page.desktop && !document.hasFocus()) first.slice(0, 3).forEach(show);
  }

  const seen = new Set();

  // The first tab that claims a piece of news tells of it.
  function claim(key) {
    try {
      const told = JSON.parse(localStorage.getItem(TOLD) ?? "[]");
      if (told.includes(key)) return false;
      localStorage.setItem(TOLD, JSON.stringify([...told.slice(-99), key]));
    } catch {
      // A store that is forbidden tells twice at worst.
    }
    return true;
  }

  function mark() {
    const bare = document.title.replace(/^\(\d+\) /, "");
    const title = unseen > 0 ? `(${unseen}) ${bare}` : bare;
    if (title !== document.title) document.title = title;
  }

  addEventListener("focus", () => {
    unseen = 0;
    mark();
  });

  // Two soft tones. Browsers are silent until somebody has touched the page.
  function ring() {
    try {
      sounds ??= new AudioContext();
      [660, 880].forEach((pitch, at) => {
        const start = sounds.currentTime + at * 0.14;
        const tone = new OscillatorNode(sounds, { frequency: pitch });
        const volume = new GainNode(sounds, { gain: 0 });
        volume.gain.setValueAtTime(0, start);
        volume.gain.linearRampToValueAtTime(0.12, start + 0.02);
        volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.3);
        tone.connect(volume).connect(sounds.destination);
        tone.start(start);
        tone.stop(start + 0.32);
      });
    } catch {
      // No sound here.
    }
  }

  function show({ text, href, key }) {
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    try {
      const notice = new Notification("Parley", { body: text, tag: key, icon: "/icons/icon-192.png" });
      addEventListener("pagehide", () => notice.close());
      notice.onclick = () => {
        focus();
        location.assign(href);
        notice.close();
      };
    } catch {
      // Phones show them from a service worker only; that comes with push.
    }
  }

  // On the page where one chooses: asking the browser, which has to follow a click.
  function choices() {
    const state = "Notification" in window ? Notification.permission : "denied";
    for (const place of document.querySelectorAll("[data-notices]")) {
      const shown = place.dataset.notices === "ask" ? state === "default" : state === "denied";
      if (place.hidden === shown) place.hidden = !shown;
    }
  }

  addEventListener("click", async (event) => {
    if (!event.target.closest?.("[data-notices=ask] button")) return;
    await Notification.requestPermission();
    choices();
  });
  addEventListener("DOMContentLoaded", () => {
    new MutationObserver(choices).observe(document.body, { childList: true, subtree: true });
    choices();
  });
})();
