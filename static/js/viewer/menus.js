// @ts-check
/** Menus of the row of tools: each opens below its button, inside the window. */

const MARGIN = 8;

/** Place every menu when it opens, and one that is open when the window changes its size. */
export function placeMenus() {
  for (const menu of document.querySelectorAll("[popover][data-menu]")) {
    menu.addEventListener("toggle", (event) => {
      if (/** @type {ToggleEvent} */ (event).newState !== "open" || !(menu instanceof HTMLElement)) return;
      place(menu);
      menu.querySelector("button")?.focus();
    });
  }
  window.addEventListener("resize", () => {
    const open = document.querySelector("[data-menu]:popover-open");
    if (open instanceof HTMLElement) place(open);
  });
}

/** @param {HTMLElement} menu */
function place(menu) {
  const opener = document.querySelector(`[popovertarget="${menu.id}"]`)?.getBoundingClientRect();
  if (!opener) return;
  const left = Math.min(opener.left, window.innerWidth - menu.offsetWidth - MARGIN);
  const top = Math.max(MARGIN, Math.min(opener.bottom + 4, window.innerHeight - menu.offsetHeight - MARGIN));
  Object.assign(menu.style, { left: `${left}px`, top: `${top}px` });
}
