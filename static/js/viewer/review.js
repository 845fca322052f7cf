// @ts-check
/** The reader's own conclusion: chosen by button or key, signed, then on to the next case. */
import { need } from "../page-data.js";

export class Review {
  /** @param {() => string | null} nextAddress Where to go after signing. */
  constructor(nextAddress) {
    this.nextAddress = nextAddress;
    this.signing = false;
    document.addEventListener("change", () => this.#allow());
    document.addEventListener("submit", (event) => {
      if (!(event.target instanceof HTMLFormElement) || !event.target.matches("[data-review]")) return;
      event.preventDefault();
      this.sign();
    });
    this.#allow();
  }

  /** @param {string} verdict */
  choose(verdict) {
    const choice = this.#form().querySelector(`input[value="${verdict}"]`);
    if (!(choice instanceof HTMLInputElement) || choice.matches(":disabled")) return;
    choice.checked = true;
    this.#allow();
  }

  comment() {
    this.#form().querySelector("textarea")?.focus();
  }

  /** Keep what was chosen and written when the panel is brought up to date. */
  remember() {
    const { verdict, comment } = this.#values();
    return () => {
      if (verdict) this.choose(String(verdict));
      const field = this.#form().querySelector("textarea");
      if (field) field.value = comment;
      this.#allow();
    };
  }

  async sign() {
    const { verdict, comment } = this.#values();
    if (!verdict || this.signing) return;
    this.signing = true;
    this.#allow();
    const problem = await this.#send({ reading_id: this.#form().dataset.reading, verdict, comment });
    if (problem === null) {
      window.location.assign(this.nextAddress() ?? window.location.href);
      return;
    }
    this.signing = false;
    this.#allow();
    const message = need("[data-review-error]");
    message.textContent = problem;
    message.hidden = false;
  }

  /**
   * @param {object} body
   * @returns {Promise<string | null>} What went wrong, for the reader, or `null`.
   */
  async #send(body) {
    const failed = "The review was not saved. Your words are still here; sign again when the server answers.";
    try {
      const response = await fetch(this.#form().dataset.action ?? "", {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify(body),
      });
      if (response.ok) return null;
      return (await response.json()).detail ?? failed;
    } catch {
      return failed;
    }
  }

  #values() {
    const values = new FormData(this.#form());
    return { verdict: values.get("verdict"), comment: String(values.get("comment") ?? "").trim() };
  }

  #allow() {
    const button = this.#form().querySelector("button");
    if (button) button.disabled = this.signing || !this.#form().querySelector("input:checked");
  }

  /** @returns {HTMLFormElement} */
  #form() {
    return /** @type {HTMLFormElement} */ (need("[data-review]"));
  }
}
