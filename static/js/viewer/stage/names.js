// @ts-check
/** Hides what names the patient, and shows it again. */

/** Keep the other wish for this tab; `js/names.js` applies it, on the pages to come before they are drawn. */
export function toggleNames() {
  const isHidden = document.documentElement.classList.contains("names-hidden");
  sessionStorage.setItem("names", isHidden ? "shown" : "hidden");
  document.dispatchEvent(new CustomEvent("names"));
}
