// @ts-check
/** The selected row: moved by keys, opened by Enter or a click, kept when the list is brought up to date. */

const HEADINGS_PX = 40;

export class Selection {
  constructor() {
    this.start();
    document.addEventListener("click", (event) => this.#onClick(event));
    document.addEventListener("focusin", (event) => this.#onFocus(event));
  }

  /** Select the case that was opened last, or the first row. */
  start() {
    this.select(this.#find(sessionStorage.getItem("last-opened")) ?? this.#rows()[0] ?? null, { focus: false });
  }

  /** @returns {() => void} Selects the same case again in fresh rows, at the same height of the screen. */
  remember() {
    const row = this.#selected();
    const caseId = row?.dataset.case ?? null;
    const top = row?.getBoundingClientRect().top ?? 0;
    const focus = row?.contains(document.activeElement) ?? false;
    return () => {
      const again = this.#find(caseId);
      this.select(again ?? this.#rows()[0] ?? null, { focus });
      if (again && window.scrollY > 0) window.scrollBy(0, again.getBoundingClientRect().top - top);
    };
  }

  /**
   * Select a row so many places further, or the first or last one.
   * @param {number} step `-Infinity` and `Infinity` for the ends.
   */
  move(step) {
    const rows = this.#rows();
    const row = this.#selected();
    if (rows.length === 0) return;
    const place = (row ? rows.indexOf(row) : -1) + step;
    this.select(rows[Math.min(rows.length - 1, Math.max(0, place))], { focus: true });
    this.keepInSight();
  }

  /** Open the selected case. */
  open() {
    const row = this.#selected();
    if (row) this.#link(row)?.click();
  }

  /** Scroll so that the selected row is neither outside the window, nor below the headings, nor below the tray. */
  keepInSight() {
    const row = this.#selected();
    const tray = document.querySelector("[data-tray]");
    if (!row || !(tray instanceof HTMLElement)) return;
    const space = tray.hidden ? 0 : tray.offsetHeight + 28;
    document.body.style.paddingBottom = space ? `${space}px` : "";
    const limit = window.innerHeight - space;
    const { top, bottom } = row.getBoundingClientRect();
    if (bottom > limit) window.scrollBy(0, bottom - limit);
    else if (top < HEADINGS_PX) window.scrollBy(0, top - HEADINGS_PX);
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
}
