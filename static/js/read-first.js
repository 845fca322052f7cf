// @ts-check
/**
 * Whether the reader wants to look before the network's reading is shown: applied before the page is drawn, so that nothing
 * is seen that should be covered, and kept for the next time. No module: those run too late.
 */
(() => {
  const KEY = "read-first";

  function apply() {
    let isOn = false;
    try {
      isOn = localStorage.getItem(KEY) === "on";
    } catch {
      return; // storage is switched off: nothing is kept
    }
    document.documentElement.toggleAttribute("data-read-first", isOn);
    for (const box of document.querySelectorAll("[data-read-first-choice]")) {
      if (box instanceof HTMLInputElement) box.checked = isOn;
    }
  }

  /** The choice has changed: tell whoever covers something. */
  function change() {
    apply();
    document.dispatchEvent(new CustomEvent("read-first"));
  }

  apply();
  document.addEventListener("DOMContentLoaded", apply);
  window.addEventListener("storage", (event) => {
    if (event.key === KEY) change();
  });
  document.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || !target.matches("[data-read-first-choice]")) return;
    localStorage.setItem(KEY, target.checked ? "on" : "off");
    change();
  });
})();
