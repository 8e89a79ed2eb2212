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
  let late; // Outdated, and what is typed here is not sent yet.
  let sending; // The last form that was sent,
  let sent; // and the last that was taken.

  window.fetch = async (input, init) => {
    if ((init?.method ?? input.method) !== "POST") return plain(input, init);
    const request = new Request(input, init);
    if (page.place) request.headers.set(HEADER, page.place);
    posting += 1;
    try {
      const answer = await plain(request);
      if (answer.ok && request.url === sending?.action) sent = sending;
      // What this page did led it elsewhere, or it was made before anybody had signed in.
      const place = answer.headers.get(HEADER);
      if (place) page.place = place;
      return answer;
    } finally {
      posting -= 1;
      // It was sent, or left for another page, which reads something.
      if (late) soon();
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

  addEventListener("submit", ({ target }) => (sending = target));
  addEventListener("input", ({ target }) => {
    if (target.form === sent) sent = undefined;
  });

  // Whether something is typed into a form that is not sent. The inbox keeps what is typed there.
  function typing() {
    const typed = (field) => "defaultValue" in field && field.value !== field.defaultValue;
    const forms = document.querySelector(".inbox") ? [] : Array.from(document.querySelectorAll("form[method=post]"));
    return forms.some((form) => form !== sent && Array.from(form.elements).some(typed));
  }

  function soon() {
    if (page.place) waits ??= setTimeout(compare, SETTLES);
  }

  async function compare() {
    waits = undefined;
    if (posting > 0) return soon();
    late = false;
    try {
      const answer = await plain("/place");
      const now = answer.ok ? await answer.text() : "";
      // Without a session there is nothing to show instead: what was typed here stays until somebody signs in.
      if (!now || now === page.place) return;
      if (posting > 0) return soon();
      const [whose, stood] = page.place.split(".");
      const [who, stands] = now.split(".");
      // Where only what they may do has changed, the server refuses by itself what is not theirs to do any more.
      late = who === whose && stood === stands && typing();
      if (stood !== stands) location.replace("/inbox");
      else if (!late) location.reload();
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
