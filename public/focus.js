// Where the focus is, for whoever works by keys or by ear. The application renders; this looks after the focus of all its
// pages in one place: it follows to a new page, to what a form was refused for, and to what stands where the focused thing was.
(() => {
  const WAITING = "[aria-disabled='true']";
  const WATCHED = { subtree: true, childList: true, attributeFilter: ["open", "aria-current", "aria-disabled"] };
  let path = location.pathname;
  let heading; // Of the page that is seen.
  let leaving; // That of the page before, until the new one is there.
  let last; // Where the focus was, and what tells its like.
  let sent; // A form on its way.
  let tab;
  let timer;

  const find = (selector, within = document) => within?.querySelector(selector) ?? undefined;
  const main = () => find("#main");
  // The inbox has keys of its own, and looks after the focus itself.
  const inbox = () => find(".inbox");
  const seen = (node) => node.isConnected && node.checkVisibility();
  const lost = () => !document.activeElement || document.activeElement === document.body;
  const name = (node) => node.getAttribute("aria-label") ?? (node.name || node.textContent.trim());
  const like = (node, tag = node.localName, called = name(node)) =>
    Array.from(document.querySelectorAll(tag)).filter((other) => name(other) === called);

  function focus(node) {
    if (!node) return;
    if (node.tabIndex < 0) node.tabIndex = -1;
    node.focus();
  }

  function stop(event) {
    event.preventDefault();
    event.stopPropagation();
  }

  addEventListener("click", (event) => {
    const pressed = event.target.closest?.(`a.skip, button${WAITING}`);
    if (!pressed) return;
    // What is under way is not asked for twice. The button is not `disabled`: it would lose the focus.
    stop(event);
    // The router would take it for the way to a page.
    if (pressed.matches("a")) focus(main());
  }, true);

  addEventListener("submit", ({ target }) => (sent = target));
  // Whoever presses beside it lets go of it.
  addEventListener("pointerdown", ({ target }) => {
    if (!last?.node.contains(target)) last = undefined;
  }, true);
  addEventListener("focusin", ({ target }) => {
    leaving = last = undefined;
    if (inbox()) return;
    const homes = [];
    for (let home = target.parentElement; home; home = home.parentElement) homes.push(home);
    const all = like(target);
    last = { node: target, homes, tag: target.localName, name: name(target), all: all.length, at: all.indexOf(target) };
  });

  function look() {
    timer = undefined;
    if (location.pathname !== path) {
      path = location.pathname;
      leaving = heading ?? {};
      sent = last = undefined;
    }
    const node = find("h1", main());
    const text = node?.textContent;
    if (leaving && node && (node !== leaving.node || text !== leaving.text)) {
      leaving = undefined;
      if (!inbox()) focus(node);
    }
    if (!leaving) heading = { node, text };
    if (!leaving && !refused() && last && (lost() || !seen(last.node))) focus(heir());
  }

  // The first field that is wrong, else the line that says what is.
  function refused() {
    if (!sent || find(WAITING, sent)) return false;
    const form = sent;
    sent = undefined;
    if (!lost() && !form.contains(document.activeElement)) return false;
    const place = form.isConnected ? form : main();
    const wrong = find("[aria-invalid='true']", place) ?? find(".form-error", place) ?? find(".form-error", form.closest(".section"));
    focus(wrong);
    return Boolean(wrong);
  }

  // What stands now where the focus was: the same anew, what it was folded into, or the heading above it.
  function heir() {
    const { node, homes, tag, name: called, all, at } = last;
    const alike = node.isConnected ? [] : like(node, tag, called);
    const next = node.isConnected ? node : alike.length === all && alike[at];
    if (next && seen(next)) return next;
    const home = homes.find((home) => home.isConnected);
    return find("summary", (next || home).closest("details:not([open])"))
      ?? find("h2", home.closest(".section")) ?? find("h1", main()) ?? main();
  }

  // On a narrow screen the ways between the settings scroll.
  function showTab() {
    const here = find(".settings-link[aria-current]");
    if (!here || here === tab) return;
    tab = here;
    const row = here.parentElement;
    row.scrollLeft = here.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
  }

  function changed() {
    showTab();
    // Once what belongs together has changed.
    timer ??= setTimeout(look);
  }

  new MutationObserver(changed).observe(document.body, WATCHED);
  // Some browsers tell; in the others the new page is what changes.
  window.navigation?.addEventListener("currententrychange", changed);
  changed();
})();
