// Whose page this is: a person, a workspace, and what they may do there. All tabs share one session, so what it is of may change
// in another of them, and what one may do, anywhere. The server writes the place into the document and its forms, every post
// carries it, and the server refuses what comes from a page of another place. A page that finds itself outdated loads itself
// anew as a whole.
(() => {
  const HEADER = "x-parley-place";
  // Whoever left by a form of this very page is on their way already, and should arrive.
  const SETTLES = 700;
  const page = document.documentElement.dataset;
  const plain = window.fetch;
  let posting = 0;
  let waits;

  window.fetch = async (input, init) => {
    if ((init?.method ?? input.method) !== "POST") return plain(input, init);
    const request = new Request(input, init);
    if (page.place) request.headers.set(HEADER, page.place);
    posting += 1;
    try {
      const answer = await plain(request);
      // What this page did led it elsewhere, or it was made before anybody had signed in.
      const place = answer.headers.get(HEADER);
      if (place) page.place = place;
      return answer;
    } finally {
      posting -= 1;
    }
  };

  // Uploads.
  const { send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.send = function (body) {
    if (page.place) this.setRequestHeader(HEADER, page.place);
    send.call(this, body);
  };

  // What the browser posts by itself.
  addEventListener("formdata", ({ target, formData }) => {
    if (page.place && target.method === "post") formData.set("place", page.place);
  });

  function soon() {
    if (page.place) waits ??= setTimeout(compare, SETTLES);
  }

  async function compare() {
    waits = undefined;
    if (posting > 0) return soon();
    try {
      const answer = await plain("/place");
      const now = answer.ok ? await answer.text() : "";
      // Without a session there is nothing to show instead: what was typed here stays until somebody signs in.
      if (!now || now === page.place || posting > 0) return;
      const [, stood] = page.place.split(".");
      const [, stands] = now.split(".");
      if (stood === stands) location.reload();
      else location.replace("/inbox");
    } catch {
      // The line is down; it is asked again when it comes back.
    }
  }

  // The stream of changes broke or came back, or the server refused what this page asked for.
  addEventListener("parley:doubt", soon);
  addEventListener("online", soon);
  // It tells nothing of what happened between making this page and its own beginning, which is told as the first change.
  addEventListener("parley:change", soon, { once: true });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") soon();
  });
})();
