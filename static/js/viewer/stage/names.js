// @ts-check
/** Hides what names the patient, for a screen that others see; stays so in this tab. */

const STORE = "names";

/** Put the names as they were left. */
export function restoreNames() {
  show(sessionStorage.getItem(STORE) !== "hidden");
}

export function toggleNames() {
  const shown = document.body.classList.contains("names-hidden");
  sessionStorage.setItem(STORE, shown ? "shown" : "hidden");
  show(shown);
}

/** @param {boolean} shown */
function show(shown) {
  document.body.classList.toggle("names-hidden", !shown);
  for (const control of document.querySelectorAll('[data-command="names"]')) {
    control.setAttribute("aria-pressed", String(!shown));
  }
}
