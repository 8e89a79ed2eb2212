// Forms marked `data-passkey` ask the browser's authenticator first: «get» to sign in, «create» to add a passkey. The question
// is in `data-question`, or comes from the address in `data-ask`; the answer goes into the form's own fields, and then the form
// is posted.
(() => {
  const supported = "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential &&
    !/^[\d.]+$|:/.test(location.hostname);

  const show = () => {
    for (const place of document.querySelectorAll("[data-passkeys]")) place.hidden = !supported;
  };
  new MutationObserver(show).observe(document.documentElement, { childList: true, subtree: true });
  show();

  async function ask(form) {
    if (form.dataset.question) return JSON.parse(form.dataset.question);
    const headers = { accept: "application/json", "content-type": "application/x-www-form-urlencoded" };
    const response = await fetch(form.dataset.ask, { method: "POST", headers });
    if (!response.ok) throw new Error("refused");
    const { waiting, options } = await response.json();
    form.elements.waiting.value = waiting;
    return JSON.parse(options);
  }

  async function answer(form) {
    const question = await ask(form);
    const credential = form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(question) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(question) });
    form.elements.answer.value = JSON.stringify(credential.toJSON());
  }

  addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.dataset.passkey) return;
    event.preventDefault();
    const problem = form.querySelector("[data-passkey-problem]");
    problem.hidden = true;
    try {
      await answer(form);
      form.submit();
    } catch {
      problem.textContent = problem.dataset.text;
      problem.hidden = false;
    }
  });
})();
