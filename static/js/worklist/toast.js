// @ts-check
/** One sentence at the lower edge about what was just done, with a way to undo it. */
import { need } from "../page-data.js";
import { say } from "../words.js";

const SHOWN_MS = 12_000;

export class Toast {
  #element = need("[data-toast]");
  #text = need("[data-toast-text]");
  #button = need("[data-toast-undo]");
  #timer = 0;
  /** @type {(() => void) | null} */
  #undo = null;

  constructor() {
    this.#button.addEventListener("click", () => {
      const undo = this.#undo;
      this.#hide();
      undo?.();
    });
    document.addEventListener("say-toast", (event) => this.show(/** @type {CustomEvent} */ (event).detail.text));
  }

  /**
   * @param {string} text
   * @param {(() => void) | null} [undo]
   * @param {string} [label] Of the button.
   */
  show(text, undo = null, label = say("demonstration.undo")) {
    this.#undo = undo;
    this.#text.textContent = text;
    this.#button.textContent = label;
    this.#button.hidden = undo === null;
    this.#element.hidden = false;
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#hideUnlessHeld(), SHOWN_MS);
  }

  /** A message that somebody points at or has reached by keyboard stays. */
  #hideUnlessHeld() {
    if (this.#element.matches(":hover, :focus-within")) this.#timer = window.setTimeout(() => this.#hideUnlessHeld(), 2000);
    else this.#hide();
  }

  #hide() {
    window.clearTimeout(this.#timer);
    this.#element.hidden = true;
    this.#undo = null;
  }
}
