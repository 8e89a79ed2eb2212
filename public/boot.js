// Runs before the first paint: the theme and the panes of this device, so that nothing jumps. Then the service worker.
(() => {
  try {
    const theme = localStorage.getItem("theme");
    if (theme) document.documentElement.dataset.theme = theme;
    // Whoever stands before the sign-in does not read what somebody else had begun to write.
    if (location.pathname === "/sign-in") {
      const begun = Object.keys(localStorage).filter((key) => /^(draft|note|unsent):/.test(key));
      for (const key of begun) localStorage.removeItem(key);
    }
    for (const name of ["list-width", "person-width"]) {
      const width = localStorage.getItem(name);
      if (width) document.documentElement.style.setProperty(`--${name}`, width);
    }
  } catch {
    // A browser that forbids storage has its own theme.
  }
  if ("serviceWorker" in navigator) {
    addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
  }
})();
