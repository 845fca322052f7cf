// @ts-check
/**
 * The selected row: moved by keys, opened by Enter or a click, kept when the list is brought up to date. Until the reader
 * chooses one it is the first row, whichever case stands there.
 */
import { sight } from "./sight.js";

export class Selection {
  #isChosen = false;

  /** Whether the row was in sight when the window was last as it is; a reader who scrolled away is not fetched back. */
  #isInSight = false;

  constructor() {
    this.start();
    if (this.#isChosen) this.#selected()?.scrollIntoView({ block: "nearest" });
    this.#look();
    document.addEventListener("click", (event) => this.#onClick(event));
    document.addEventListener("focusin", (event) => this.#onFocus(event));
    window.addEventListener("scroll", () => this.#look(), { passive: true });
  }

  /** Select the case that was opened last, or the first row. */
  start() {
    const opened = this.#find(sessionStorage.getItem("last-opened"));
    this.#isChosen = opened !== null;
    this.#select(opened ?? this.#rows()[0] ?? null);
  }

  /**
   * Note where the reader is.
   * @returns {() => void} Selects the same case again in fresh rows and keeps the height on the screen of the row that the
   *   reader looks at: the chosen one, or the first one in sight. At the top with nothing chosen the top is kept.
   */
  remember() {
    const row = this.#isChosen ? this.#selected() : null;
    const heirs = this.#heirs(row);
    const focus = row?.contains(document.activeElement) ?? false;
    const looked = row && isInSight(row) ? row : window.scrollY > 0 ? this.#firstInSight() : null;
    const top = looked?.getBoundingClientRect().top ?? 0;
    const anchors = this.#heirs(looked);
    return () => {
      this.#select(this.#firstOf(heirs) ?? this.#rows()[0] ?? null, { focus });
      const anchor = this.#firstOf(anchors);
      if (anchor) window.scrollBy(0, anchor.getBoundingClientRect().top - top);
      this.#look();
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
    this.#choose(rows[Math.min(rows.length - 1, Math.max(0, place))]);
  }

  /**
   * Go to a case of the list. At the first row the reader is at the top again and has chosen nothing.
   * @param {string} caseId
   */
  goTo(caseId) {
    const row = this.#find(caseId);
    if (!row) return;
    if (row !== this.#rows()[0]) return this.#choose(row);
    this.#isChosen = false;
    this.#select(row);
    window.scrollTo(0, 0);
  }

  /** Open the selected case. */
  open() {
    const row = this.#selected();
    if (row) this.#link(row)?.click();
  }

  /** The list has more or less of the window: a row that was in sight stays so. */
  stayInSight() {
    if (this.#isInSight) this.#selected()?.scrollIntoView({ block: "nearest" });
    this.#look();
  }

  /** @param {HTMLElement} row */
  #choose(row) {
    this.#isChosen = true;
    this.#select(row, { focus: true });
    row.scrollIntoView({ block: "nearest" });
    this.#look();
  }

  /**
   * @param {HTMLElement | null} row
   * @param {{focus?: boolean}} [how]
   */
  #select(row, { focus = false } = {}) {
    for (const other of document.querySelectorAll(".row.selected")) other.classList.remove("selected");
    row?.classList.add("selected");
    if (row && focus) this.#link(row)?.focus({ preventScroll: true });
    this.#look();
  }

  /** See whether the selected row is in sight. */
  #look() {
    const row = this.#selected();
    this.#isInSight = row !== null && isInSight(row);
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    if (!(event.target instanceof Element)) return;
    const row = event.target.closest(".row");
    if (!(row instanceof HTMLElement)) return;
    this.#isChosen = true;
    this.#select(row);
    sessionStorage.setItem("last-opened", row.dataset.case ?? "");
    if (!event.target.closest("a") && window.getSelection()?.isCollapsed) this.#link(row)?.click();
  }

  /** @param {FocusEvent} event */
  #onFocus(event) {
    const row = event.target instanceof Element ? event.target.closest(".row") : null;
    if (!(row instanceof HTMLElement)) return;
    this.#isChosen = true;
    this.#select(row);
  }

  /** @returns {HTMLElement[]} */
  #rows() {
    return [...document.querySelectorAll(".row")].filter((row) => row instanceof HTMLElement);
  }

  /** @returns {HTMLElement | null} */
  #selected() {
    return document.querySelector(".row.selected");
  }

  /** @returns {HTMLElement | null} */
  #firstInSight() {
    return this.#rows().find((row) => row.getBoundingClientRect().top >= sight().top - 1) ?? null;
  }

  /**
   * List a row's case, and who takes its place where it has left the list: who stood below it, then who stood above.
   * @param {HTMLElement | null} row
   * @returns {string[]}
   */
  #heirs(row) {
    if (!row) return [];
    const cases = this.#rows().map((each) => each.dataset.case ?? "");
    const place = this.#rows().indexOf(row);
    return [...cases.slice(place), ...cases.slice(0, place).reverse()];
  }

  /**
   * @param {string[]} cases
   * @returns {HTMLElement | null} The row of the first of them that is listed.
   */
  #firstOf(cases) {
    const rows = new Map(this.#rows().map((row) => [row.dataset.case, row]));
    return cases.map((caseId) => rows.get(caseId)).find((row) => row !== undefined) ?? null;
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

/**
 * @param {HTMLElement} row
 * @returns {boolean}
 */
function isInSight(row) {
  const [{ top, bottom }, edges] = [row.getBoundingClientRect(), sight()];
  return top >= edges.top - 1 && bottom <= edges.bottom + 1;
}
