// @ts-check
/**
 * Hides what names the patient, for a screen that others see: applied before the page is drawn, so that no name is seen that
 * should not be, and kept in this tab. No module: those run too late.
 */
(() => {
  const title = document.querySelector("title.named");
  const whole = document.title;

  function apply() {
    let isHidden = false;
    try {
      isHidden = sessionStorage.getItem("names") === "hidden";
    } catch {
      return; // storage is switched off: nothing is kept
    }
    document.documentElement.classList.toggle("names-hidden", isHidden);
    if (title) title.textContent = isHidden ? whole.slice(whole.lastIndexOf(" ") + 1) : whole;
    for (const control of document.querySelectorAll('[data-command="names"]')) {
      control.setAttribute("aria-pressed", String(isHidden));
    }
  }

  apply();
  for (const moment of ["DOMContentLoaded", "names"]) document.addEventListener(moment, apply);
})();
