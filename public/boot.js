// Runs before the first paint: the theme and the panes of this device, so that nothing jumps. Then the service worker.
(() => {
  try {
    const theme = localStorage.getItem("theme");
    if (theme) document.documentElement.dataset.theme = theme;
    for (const name of ["list-width", "person-width"]) {
      const width = localStorage.getItem(name);
      if (width) document.documentElement.style.setProperty(`--${name}`, width);
    }
  } catch {
    // A browser that forbids storage has its own theme.
  }
  // A page that the browser had put aside may be of somebody who has signed out since: the server is asked again.
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    document.documentElement.hidden = true;
    location.reload();
  });
  if ("serviceWorker" in navigator) {
    addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
  }
})();
