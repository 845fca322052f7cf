// @ts-check
/**
 * The colours of the pages: applied before the page is drawn, kept for the next time. Dark without a choice, because
 * reading rooms are; a device that asks for more contrast gets it. No module: those run too late.
 */
(() => {
  const KEY = "theme";
  const wantsContrast = window.matchMedia("(prefers-contrast: more)");
  const wantsLight = window.matchMedia("(prefers-color-scheme: light)");

  /** @returns {string} What the reader chose, or `""`. */
  function chosen() {
    try {
      return localStorage.getItem(KEY) ?? "";
    } catch {
      return ""; // storage is switched off: the choice lasts as long as the page
    }
  }

  /** @param {string} choice */
  function apply(choice) {
    const ofDevice = wantsContrast.matches ? "contrast" : choice === "device" && wantsLight.matches ? "light" : "dark";
    const isOwn = choice === "dark" || choice === "light" || choice === "contrast";
    document.documentElement.dataset.theme = isOwn ? choice : ofDevice;
  }

  let choice = chosen();
  apply(choice);
  for (const query of [wantsContrast, wantsLight]) query.addEventListener("change", () => apply(choice));
  window.addEventListener("storage", (event) => {
    if (event.key === KEY) apply((choice = chosen()));
  });

  document.addEventListener("DOMContentLoaded", () => {
    for (const option of document.querySelectorAll("[data-themes] input")) {
      if (!(option instanceof HTMLInputElement)) continue;
      option.checked = option.value === (choice || document.documentElement.dataset.theme);
      option.addEventListener("change", () => {
        choice = option.value;
        apply(choice);
        try {
          localStorage.setItem(KEY, choice);
        } catch {
          return; // as above
        }
      });
    }
    const last = sessionStorage.getItem("last-list");
    for (const link of document.querySelectorAll("a[data-last-list]:not([aria-current])")) {
      if (last?.startsWith("/cases")) link.setAttribute("href", last);
    }
  });
})();
