// Meta's window (Embedded Signup v4). Two things come back in any order, a code that lives 30 seconds and a message with ids;
// with both the form is posted at once. What the message says are claims: the server asks Meta.
(async () => {
  const state = document.getElementById("state");
  const buttons = document.querySelectorAll("button[data-feature]");
  const form = document.getElementById("done");
  const say = (text) => { state.textContent = text; };

  const response = await fetch("/api/settings/api/channels/ways_to_connect", { method: "POST", headers: { accept: "application/json" } });
  // Meta's window may be open for long, and another tab go elsewhere meanwhile.
  form.elements.place.value = response.headers.get("x-parley-place");
  const signup = response.ok ? (await response.json()).signup : null;
  if (response.status === 403) {
    document.getElementById("ways").remove();
    say("Your role does not allow connecting numbers. Ask somebody who manages the channels.");
    return;
  }
  if (!signup) {
    say("Meta's window is not set up on this installation. Go back and choose another way.");
    return;
  }
  const script = new URL(signup.script, location.href);

  const given = {};
  function finish() {
    if (!given.code || !given.ids) return;
    form.elements.code.value = given.code;
    form.elements.account_id.value = given.ids.waba_id ?? "";
    form.elements.number_id.value = given.ids.phone_number_id ?? "";
    say("Connecting…");
    // What is wrong is told on the page that led here.
    history.replaceState(null, "", "/settings/channels/connect");
    form.submit();
  }

  const isMeta = (origin) => origin === script.origin || /^https:\/\/([\w-]+\.)*facebook\.com$/.test(origin);
  addEventListener("message", (event) => {
    if (!isMeta(event.origin) || typeof event.data !== "string") return;
    let told;
    try { told = JSON.parse(event.data); } catch { return; }
    if (told.type !== "WA_EMBEDDED_SIGNUP") return;
    if (String(told.event).startsWith("FINISH")) {
      given.ids = told.data ?? {};
      finish();
    } else {
      say(told.data?.error_message ?? "Nothing was connected. Open the window again when you are ready.");
    }
  });

  const sdk = document.createElement("script");
  sdk.src = script.href;
  sdk.crossOrigin = "anonymous";
  sdk.onerror = () => say("Meta's script could not be loaded. A blocker may be in the way; allow it for this page and reload.");
  sdk.onload = () => {
    window.FB.init({ appId: signup.app_id, version: signup.version, autoLogAppEvents: false, xfbml: false });
    for (const button of buttons) button.disabled = false;
  };
  document.head.append(sdk);

  const open = (featureType) => {
    say("Meta's window is open. Finish there; this page goes on by itself.");
    window.FB.login((answer) => {
      given.code = answer.authResponse?.code;
      if (given.code) finish();
      else if (!given.ids) say("The window was closed. Nothing was connected.");
    }, {
      config_id: signup.config_id,
      response_type: "code",
      override_default_response_type: true,
      extras: { setup: {}, featureType, sessionInfoVersion: "3" },
    });
  };
  for (const button of buttons) button.addEventListener("click", () => open(button.dataset.feature));
})();
