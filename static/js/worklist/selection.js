// @ts-check
/** The selected row: moved by keys, opened by Enter or a click, kept when the list is brought up to date. */

/** @typedef {{caseId: string | null, top: number | null, focused: boolean}} Place */

const MOVES = new Map([
  ["j", 1],
  ["ArrowDown", 1],
  ["k", -1],
  ["ArrowUp", -1],
]);

export class Selection {
  constructor() {
    this.select(this.#find(this.#lastOpened()) ?? this.#rows()[0] ?? null, { focus: false });
    document.addEventListener("keydown", (event) => this.#onKey(event));
    document.addEventListener("click", (event) => this.#onClick(event));
    document.addEventListener("focusin", (event) => this.#onFocus(event));
  }

  /** @returns {Place} Which row is selected, and where on the screen. */
  remember() {
    const row = this.#selected();
    return {
      caseId: row?.dataset.case ?? null,
      top: row?.getBoundingClientRect().top ?? null,
      focused: row?.contains(document.activeElement) ?? false,
    };
  }

  /**
   * Select the same case again in fresh rows, at the same height of the screen.
   * @param {Place} place
   */
  restore({ caseId, top, focused }) {
    const row = this.#find(caseId);
    this.select(row ?? this.#rows()[0] ?? null, { focus: focused });
    if (row && top !== null && window.scrollY > 0) window.scrollBy(0, row.getBoundingClientRect().top - top);
  }

  /** Scroll so that the selected row is neither outside the window nor below the tray. */
  keepInSight() {
    const row = this.#selected();
    const tray = document.querySelector("[data-tray]");
    if (!row || !(tray instanceof HTMLElement)) return;
    const space = tray.hidden ? 0 : tray.offsetHeight + 28;
    document.body.style.paddingBottom = space ? `${space}px` : "";
    const limit = window.innerHeight - space;
    const { top, bottom } = row.getBoundingClientRect();
    if (bottom > limit) window.scrollBy(0, bottom - limit);
    else if (top < 0) window.scrollBy(0, top - 8);
  }

  /**
   * @param {HTMLElement | null} row
   * @param {{focus: boolean}} how
   */
  select(row, { focus }) {
    for (const other of document.querySelectorAll(".row.selected")) other.classList.remove("selected");
    if (!row) return;
    row.classList.add("selected");
    if (focus) this.#link(row)?.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const step = MOVES.get(event.key.length === 1 ? event.key.toLowerCase() : event.key);
    const row = this.#selected();
    if (step !== undefined && row) {
      event.preventDefault();
      const rows = this.#rows();
      const next = rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(row) + step))];
      this.select(next, { focus: true });
      this.keepInSight();
    } else if (event.key === "Enter" && row && document.activeElement === document.body) {
      this.#link(row)?.click();
    }
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    if (!(event.target instanceof Element)) return;
    const row = event.target.closest(".row");
    if (!(row instanceof HTMLElement)) return;
    this.select(row, { focus: false });
    sessionStorage.setItem("last-opened", row.dataset.case ?? "");
    if (!event.target.closest("a") && window.getSelection()?.isCollapsed) this.#link(row)?.click();
  }

  /** @param {FocusEvent} event */
  #onFocus(event) {
    const row = event.target instanceof Element ? event.target.closest(".row") : null;
    if (row instanceof HTMLElement) this.select(row, { focus: false });
  }

  /** @returns {HTMLElement[]} */
  #rows() {
    return [...document.querySelectorAll(".row")].filter((row) => row instanceof HTMLElement);
  }

  /** @returns {HTMLElement | null} */
  #selected() {
    return document.querySelector(".row.selected");
  }

  /**
   * @param {string | null} caseId
   * @returns {HTMLElement | null}
   */
  #find(caseId) {
    return this.#rows().find((row) => row.dataset.case === caseId) ?? null;
  }

  /**
   * @param {HTMLElement} row
   * @returns {HTMLAnchorElement | null}
   */
  #link(row) {
    return row.querySelector("a[data-open]");
  }

  /** @returns {string | null} */
  #lastOpened() {
    return sessionStorage.getItem("last-opened");
  }
}

/**
 * Say whether a key press belongs to the control that has the focus.
 * @param {EventTarget | null} target
 * @returns {boolean}
 */
function isTyping(target) {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
