// Stand-in of Meta's JavaScript SDK: as much of it as Embedded Signup needs.
(() => {
  const home = new URL('.', document.currentScript.src);
  const settings = {};

  function address(options) {
    const url = new URL('embedded-signup', home);
    const extras = options.extras ?? {};
    const known = {
      app_id: settings.appId,
      config_id: options.config_id,
      response_type: options.response_type,
      feature: extras.featureType,
      origin: window.location.origin,
    };
    for (const [name, value] of Object.entries(known)) {
      if (value) url.searchParams.set(name, value);
    }
    return url;
  }

  function login(callback, options = {}) {
    const answer = (authResponse) => callback?.({ authResponse, status: authResponse ? 'connected' : 'unknown' });
    const popup = window.open(address(options), '', 'popup,width=600,height=760');
    if (!popup) { answer(null); return; }
    let watch = 0;
    const finish = (code) => {
      clearInterval(watch);
      window.removeEventListener('message', hear);
      answer(code ? { code, userID: null, expiresIn: null } : null);
    };
    const hear = (event) => {
      if (event.source !== popup || event.origin !== home.origin || event.data?.sandbox !== 'login') return;
      finish(event.data.code);
    };
    window.addEventListener('message', hear);
    watch = setInterval(() => { if (popup.closed) finish(null); }, 500);
  }

  window.FB = { init: (options) => { Object.assign(settings, options); }, login };
  window.fbAsyncInit?.();
})();
