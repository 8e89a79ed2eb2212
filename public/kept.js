// What somebody wrote and has not sent, kept on this device until it is. It lies here sealed, with a key that only pages of
// their own sessions get, so it says nothing once a session is over. Who signs in again finds it; when somebody else does, it is
// removed; and so it is by signing out, which asks first.
(() => {
  const OF_THE_DEVICE = ["theme", "list-width", "person-width"];
  const PERSON = "person"; // Whose pages these are now: a word of the server's that says nothing else.
  const texts = new Map(); // By slot, as `draft:` and a conversation.
  const changed = new Set();
  let begun;
  let person;
  let prefix;
  let key;
  let writing;
  let first;
  let opened = new Promise((resolve) => (first = resolve));

  const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const bytes = (text) => new TextEncoder().encode(text);
  // The name of an item is sealed with it, so that none passes for another.
  const cipher = (name, iv) => ({ name: "AES-GCM", iv, additionalData: bytes(name) });

  function begin(seal) {
    if (seal === begun) return;
    const [whose, member, secret] = seal.split(".");
    // Signed in anew on this very page: nothing in its memory is theirs.
    if (person && person !== whose) return location.reload();
    opened = Promise.resolve(begun && writing).then(() => open(member, secret));
    [begun, person] = [seal, whose];
    first(opened);
  }

  // Without TLS browsers know no ciphers, and some forbid storage: then texts last as long as the page.
  async function open(member, secret) {
    if (key) texts.clear(); // Of another workspace.
    key = undefined;
    prefix = `kept:${person}:${member}:`;
    try {
      if (localStorage.getItem(PERSON) !== person) forget(`kept:${person}:`);
      localStorage.setItem(PERSON, person);
      if (!secret) return;
      key = await crypto.subtle.importKey("raw", unhex(secret), "AES-GCM", false, ["encrypt", "decrypt"]);
      await Promise.all(Object.keys(localStorage).filter((name) => name.startsWith(prefix)).map(read));
    } catch {}
  }

  async function read(name) {
    const sealed = unhex(localStorage.getItem(name) ?? "");
    const slot = name.slice(prefix.length);
    try {
      const plain = await crypto.subtle.decrypt(cipher(name, sealed.subarray(0, 12)), key, sealed.subarray(12));
      if (!changed.has(slot)) texts.set(slot, new TextDecoder().decode(plain));
    } catch {
      localStorage.removeItem(name); // What does not open is nobody's.
    }
  }

  function set(slot, text) {
    if ((texts.get(slot) ?? "") === text) return;
    if (text) texts.set(slot, text);
    else texts.delete(slot);
    changed.add(slot);
    writing ??= write();
  }

  async function write() {
    await opened;
    while (changed.size > 0) {
      const slots = [...changed];
      changed.clear();
      try {
        const sealed = await Promise.all(slots.map(seal));
        // Together: what leaves the composer for the list of unsent messages is never in neither.
        if (localStorage.getItem(PERSON) === person) sealed.forEach(put);
      } catch {}
    }
    writing = undefined;
  }

  async function seal(slot) {
    const name = prefix + slot;
    const text = texts.get(slot);
    if (!text) return [name];
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return [name, hex(iv) + hex(await crypto.subtle.encrypt(cipher(name, iv), key, bytes(text)))];
  }

  function put([name, sealed]) {
    if (sealed) localStorage.setItem(name, sealed);
    else localStorage.removeItem(name);
  }

  function forget(but) {
    for (const name of Object.keys(localStorage)) {
      if (!OF_THE_DEVICE.includes(name) && !(but && name.startsWith(but))) localStorage.removeItem(name);
    }
  }

  // Other tabs: what they write, and that somebody left or came.
  addEventListener("storage", ({ key: name }) => {
    if (person && localStorage.getItem(PERSON) !== person) location.reload();
    else if (key && name?.startsWith(prefix)) {
      if (localStorage.getItem(name)) read(name);
      else texts.delete(name.slice(prefix.length));
    }
  });

  function holds() {
    try {
      return texts.size > 0 || Object.keys(localStorage).some((name) => name.startsWith("kept:"));
    } catch {
      return texts.size > 0;
    }
  }

  // The question stands behind the form.
  function sure({ nextElementSibling: dialog }) {
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((answer) => {
      dialog.addEventListener("close", () => answer(dialog.returnValue === "leave"), { once: true });
    });
  }

  addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-sign-out]")) return;
    event.preventDefault();
    if (holds() && !(await sure(form))) return;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams() });
      if (!answer.ok) throw new Error("not signed out");
      // Only now: whoever could not sign out has lost nothing.
      forget();
    } catch {
      return form.submit(); // The browser says what is wrong.
    }
    location.replace(form.elements.next?.value ?? "/sign-in");
  });

  window.parleyKept = { begin, opened: () => opened, get: (slot) => texts.get(slot), set };
})();
