// @ts-check
/**
 * The search field: looks while one types. What is typed goes to the server in the body of a POST and comes back as a key;
 * only the key stands in the address.
 */
import { need } from "../page-data.js";

const PAUSE_MS = 200;

export class Search {
  #form = /** @type {HTMLFormElement} */ (need("[data-search]"));
  #field = /** @type {HTMLInputElement} */ (need("[data-search] input"));
  #pause = 0;
  /** What the list at hand was searched for. */
  #looked = this.#field.value;

  /** @param {(address: string) => Promise<void>} open Shows the list at an address. */
  constructor(open) {
    this.open = open;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#look();
    });
    this.#field.addEventListener("input", () => {
      window.clearTimeout(this.#pause);
      this.#pause = window.setTimeout(() => this.#look(), PAUSE_MS);
    });
    this.#field.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.#field.value) this.#field.blur();
      if (event.key === "ArrowDown") this.#field.blur();
    });
  }

  focus() {
    this.#field.focus();
    this.#field.select();
  }

  /**
   * Show what a list that was opened otherwise was searched for, unless somebody is typing.
   * @param {string} words
   */
  show(words) {
    this.#looked = words;
    if (document.activeElement !== this.#field) this.#field.value = words;
  }

  async #look() {
    window.clearTimeout(this.#pause);
    const words = this.#field.value.trim();
    if (words === this.#looked) return;
    this.#looked = words;
    try {
      const response = await fetch("/cases/searches", {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify({ words }),
      });
      if (!response.ok || this.#looked !== words) return;
      const { search } = await response.json();
      if (this.#looked === words) await this.open(this.#address(search));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.#looked = ""; // no connection, which the page says; the words stay, and Enter tries again
    }
  }

  /**
   * @param {string | null} search
   * @returns {string} The list at hand with another search.
   */
  #address(search) {
    const address = new URL(window.location.href);
    address.searchParams.delete("after");
    if (search) address.searchParams.set("search", search);
    else address.searchParams.delete("search");
    return address.href;
  }
}
