// @ts-check
/** Menus of the row of tools: each opens below its button. */

/** Place every menu when it opens. */
export function placeMenus() {
  for (const menu of document.querySelectorAll("[popover][data-menu]")) {
    menu.addEventListener("toggle", (event) => {
      if (/** @type {ToggleEvent} */ (event).newState !== "open" || !(menu instanceof HTMLElement)) return;
      const opener = document.querySelector(`[popovertarget="${menu.id}"]`)?.getBoundingClientRect();
      if (!opener) return;
      const left = Math.min(opener.left, window.innerWidth - menu.offsetWidth - 8);
      Object.assign(menu.style, { left: `${left}px`, top: `${opener.bottom + 4}px` });
      menu.querySelector("button")?.focus();
    });
  }
}
