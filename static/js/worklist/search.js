// @ts-check
/**
 * The search field: looks while one types. What is typed goes to the server in the body of a POST and comes back as a key;
 * only the key stands in the address.
 */
import { need } from "../page-data.js";
import { say } from "../words.js";
import { announce } from "./list.js";

const PAUSE_MS = 200;

export class Search {
  #form = /** @type {HTMLFormElement} */ (need("[data-search]"));
  #field = /** @type {HTMLInputElement} */ (need("[data-search] input"));
  #pause = 0;
  /** The newest search; what an older one brings is dropped. */
  #latest = 0;
  /** What the list at hand was searched for. */
  #looked = this.#field.value;
  /** @type {string | null} What is being searched for. */
  #wanted = null;

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
    if (words === (this.#wanted ?? this.#looked)) return;
    const request = (this.#latest += 1);
    this.#wanted = words;
    this.#form.setAttribute("aria-busy", "true"); // the list says so itself, but only once it knows its address
    await this.#ask(words, () => request === this.#latest);
    if (request !== this.#latest) return;
    this.#wanted = null; // shown or failed: after a failure the list is of other words, and Enter tries again
    this.#form.removeAttribute("aria-busy");
  }

  /**
   * @param {string} words
   * @param {() => boolean} isWanted Whether nothing else was searched for since.
   */
  async #ask(words, isWanted) {
    try {
      const response = await fetch("/cases/searches", {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify({ words }),
      });
      if (!response.ok) throw new TypeError(String(response.status));
      const { search } = await response.json();
      if (isWanted()) await this.open(this.#address(search));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      if (isWanted()) announce(say("list.search_failed"), { isVisible: true });
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
