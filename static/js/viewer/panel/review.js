// @ts-check
/** The reader's own conclusion: chosen by button or key, kept as a draft, signed, then on to the next case. */
import { need } from "../../page-data.js";
import { keepSigned, takeSigned } from "../../signed.js";
import { formatDay } from "../../time.js";
import { say } from "../../words.js";
import { dropDraft, keepDraft, readDraft } from "./draft.js";

/** @typedef {{review_id: string, verdict: string, comment: string, created_at: string}} Signed */

const CONFLICT = 409;

export class Review {
  /**
   * @param {() => string | null} nextAddress Where to go after signing.
   * @param {import("./read-first.js").ReadFirst} readFirst
   * @param {() => Promise<void>} bringUpToDate Show what was signed meanwhile.
   */
  constructor(nextAddress, readFirst, bringUpToDate) {
    this.nextAddress = nextAddress;
    this.readFirst = readFirst;
    this.bringUpToDate = bringUpToDate;
    this.signing = false;
    for (const kind of ["input", "change"]) {
      document.addEventListener(kind, (event) => {
        if (event.target instanceof Element && event.target.closest("[data-review]")) this.#edited();
      });
    }
    document.addEventListener("submit", (event) => {
      if (!(event.target instanceof HTMLFormElement) || !event.target.matches("[data-review]")) return;
      event.preventDefault();
      this.sign();
    });
    this.restore();
    this.#sayWhatWasSigned();
  }

  /** @returns {boolean} Whether something was chosen or written that is not signed yet, or is being signed. */
  get isBegun() {
    return this.signing || readDraft(this.#key()) !== null;
  }

  /** @param {string} verdict */
  choose(verdict) {
    const choice = this.#form().querySelector(`input[value="${verdict}"]`);
    if (!(choice instanceof HTMLInputElement) || choice.matches(":disabled")) return;
    choice.checked = true;
    this.#edited();
  }

  comment() {
    this.#form().querySelector("textarea")?.focus();
  }

  /** Put back what was chosen and written: after the panel was brought up to date, or the page was left and opened again. */
  restore() {
    const draft = readDraft(this.#key());
    const choice = this.#form().querySelector(`input[value="${draft?.verdict}"]`);
    if (choice instanceof HTMLInputElement && !choice.matches(":disabled")) choice.checked = true;
    const field = this.#form().querySelector("textarea");
    if (field && draft) field.value = draft.comment;
    need("[data-draft]").hidden = !draft;
    this.#allow();
  }

  async sign() {
    const { verdict, comment } = this.#values();
    if (!verdict || this.signing) return;
    this.signing = true;
    this.#allow();
    const impression = this.readFirst.impression();
    const { reading, after } = this.#form().dataset;
    const sent = { reading_id: reading, verdict, comment: comment.trim(), impression, after: after || null };
    const problem = await this.#send(sent);
    if (problem === null) {
      dropDraft(this.#key());
      keepSigned({ verdict: String(verdict), href: window.location.href });
      window.location.assign(this.nextAddress() ?? window.location.href);
      return;
    }
    if (problem.status === CONFLICT) await this.bringUpToDate();
    this.signing = false;
    this.#allow();
    const message = need("[data-review-error]");
    message.textContent = problem.detail;
    message.hidden = false;
  }

  /**
   * Say below the form that another review came meanwhile. It stays the form's own, and signing asks once more.
   * @returns {Promise<{reviews: Signed[], radiographs: object[]} | null>} The case, or `null` where it did not come.
   */
  async tellOfOthers() {
    try {
      const response = await fetch(this.#form().dataset.case ?? "", { headers: { Accept: "application/json" } });
      if (!response.ok) return null;
      const found = await response.json();
      this.#tellOf(found.reviews[0]);
      return found;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // the network is gone; the connection's message says so
      return null;
    }
  }

  /** @param {Signed | undefined} latest */
  #tellOf(latest) {
    if (this.signing || !latest || latest.review_id === this.#form().dataset.after) return;
    const moment = formatDay(new Date(latest.created_at), new Date());
    const words = [say(`meanwhile.${latest.verdict}`, { moment })];
    if (latest.comment) words.push(say("meanwhile.comment", { comment: latest.comment }));
    const message = need("[data-signed-meanwhile]");
    message.textContent = words.join(" ");
    message.hidden = false;
  }

  #sayWhatWasSigned() {
    const signed = takeSigned();
    if (signed === null) return;
    const message = need("[data-signed]");
    need("span", message).textContent = say(`signed.${signed.verdict}`);
    need("a", message).setAttribute("href", signed.href);
    message.hidden = false;
  }

  /**
   * @param {object} body
   * @returns {Promise<{status: number, detail: string} | null>} What went wrong, for the reader, or `null`.
   */
  async #send(body) {
    const failed = say("panel.not_signed");
    try {
      const response = await fetch(this.#form().dataset.action ?? "", {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify(body),
      });
      if (response.ok) return null;
      return { status: response.status, detail: (await response.json()).detail ?? failed };
    } catch {
      return { status: 0, detail: failed };
    }
  }

  #edited() {
    const { verdict, comment } = this.#values();
    keepDraft(this.#key(), { verdict: verdict ? String(verdict) : "", comment });
    need("[data-draft]").hidden = false;
    this.#allow();
  }

  #values() {
    const values = new FormData(this.#form());
    return { verdict: values.get("verdict"), comment: String(values.get("comment") ?? "") };
  }

  #allow() {
    const button = this.#form().querySelector("button");
    if (button) button.disabled = this.signing || !this.#form().querySelector("input:checked");
  }

  /** @returns {string} What a draft belongs to. */
  #key() {
    return this.#form().dataset.reading ?? "";
  }

  /** @returns {HTMLFormElement} */
  #form() {
    return /** @type {HTMLFormElement} */ (need("[data-review]"));
  }
}
