// @ts-check
/**
 * The reader looks first: reading and map stay covered until an impression is chosen. The wish for it is kept in the
 * browser (`js/read-first.js`), the impression for as long as the tab is open, and it goes into the review.
 */
import { need } from "../../page-data.js";
import { say } from "../../words.js";

const WISH = "read-first";
/** Kept in place of an impression where the reading was seen without one. */
const SEEN = "seen";

export class ReadFirst {
  /**
   * @param {string} radiographId
   * @param {() => boolean} isDone Whether there is a reading to cover.
   * @param {() => boolean} isReviewed Whether the case has a review: then there is nothing left to come before.
   * @param {() => void} onChange Called when the cover has come or gone.
   */
  constructor(radiographId, isDone, isReviewed, onChange) {
    this.key = `impression ${radiographId}`;
    this.isDone = isDone;
    this.isReviewed = isReviewed;
    this.onChange = onChange;
    document.addEventListener("submit", (event) => {
      if (!(event.target instanceof HTMLFormElement) || !event.target.matches("[data-impression]")) return;
      event.preventDefault();
      this.commit();
    });
    document.addEventListener("change", (event) => {
      if (event.target instanceof Element && event.target.closest("[data-impression]")) this.show();
    });
    document.addEventListener(WISH, () => this.#change());
    this.show();
  }

  /** @returns {boolean} */
  get isCovered() {
    return this.#isWanted && this.isDone() && !this.#isOpen;
  }

  /** Turn the wish on or off. A reading that is seen already stays as it is; the next one is covered. */
  toggle() {
    if (this.isDone() && !this.isCovered && this.#kept === null) sessionStorage.setItem(this.key, SEEN);
    localStorage.setItem(WISH, this.#isWanted ? "off" : "on");
    document.documentElement.toggleAttribute(`data-${WISH}`);
    document.dispatchEvent(new CustomEvent(WISH));
  }

  /** @param {string} impression */
  choose(impression) {
    const choice = document.querySelector(`[data-impression] input[value="${impression}"]`);
    if (!this.isCovered || !(choice instanceof HTMLInputElement)) return;
    choice.checked = true;
    choice.focus();
    this.show();
  }

  /** Show the reading to a reader who has chosen. */
  commit() {
    const choice = document.querySelector("[data-impression] input:checked");
    if (!this.isCovered || !(choice instanceof HTMLInputElement)) return;
    sessionStorage.setItem(this.key, choice.value);
    this.#change();
    need("#reading-title").focus();
  }

  /** @returns {string | null} What was chosen before the reading was seen, for the review. */
  impression() {
    return this.#kept === SEEN ? null : this.#kept;
  }

  /** Bring the panel in line, also after it was brought up to date. */
  show() {
    document.documentElement.toggleAttribute("data-uncovered", this.#isOpen);
    for (const control of document.querySelectorAll('[data-command="read-first"]')) {
      control.setAttribute("aria-pressed", String(this.#isWanted));
    }
    const button = document.querySelector("[data-impression] button");
    if (button instanceof HTMLButtonElement) button.disabled = !document.querySelector("[data-impression] input:checked");
    const said = need("[data-impression-said]");
    const impression = this.isReviewed() ? null : this.impression(); // the review tells of it from then on
    said.textContent = impression === null ? "" : say("impressions.said", { impression: say(`impressions.${impression}`) });
    said.hidden = impression === null;
  }

  get #isWanted() {
    return document.documentElement.hasAttribute(`data-${WISH}`);
  }

  /** Whether nothing is left to be covered here. */
  get #isOpen() {
    return this.#kept !== null || this.isReviewed();
  }

  get #kept() {
    return sessionStorage.getItem(this.key);
  }

  #change() {
    this.show();
    this.onChange();
  }
}
