// @ts-check
/** The upload tray: one row a file, from its first byte to its finding or its receipt. Closing it loses nothing. */
import { need } from "../page-data.js";
import { say } from "../words.js";
import { isSettled, keepReceipts, recallReceipts } from "./receipts.js";
import { fillRow } from "./upload-row.js";

/** @typedef {import("./upload.js").Upload} Upload */

export class Tray {
  #element = need("[data-tray]");
  #list = need("[data-tray-list]");
  #title = need("[data-tray-title]");
  #leaving = need("[data-tray-leaving]");
  #opener = need("[data-tray-show]");
  #template = /** @type {HTMLTemplateElement} */ (need("[data-tray-row]"));
  /** @type {Map<number, {upload: Upload, row: HTMLElement}>} */
  #rows = new Map();

  /**
   * @param {object} listener
   * @param {(upload: Upload) => void} listener.onAgain A file is to be sent once more.
   */
  constructor({ onAgain }) {
    this.onAgain = onAgain;
    this.#leaving.textContent = say("tray.leaving");
    need("[data-tray-close]").addEventListener("click", () => this.toggle(false));
    this.#opener.addEventListener("click", () => this.toggle(true));
    for (const upload of recallReceipts()) this.#fill(this.#add(upload), upload);
    this.#putRefusalsFirst();
    this.#sayTitle();
    window.addEventListener("pagehide", () => keepReceipts(this.#uploads().map(whenLeft)));
  }

  /** @param {Upload} upload */
  show(upload) {
    const known = this.#rows.get(upload.id);
    this.#keepFocus(() => {
      this.#fill(known?.row ?? this.#add(upload), upload);
      this.#putRefusalsFirst();
    });
    if (!known) this.toggle(true);
    this.#sayTitle();
    if (isSettled(upload)) keepReceipts(this.#uploads());
  }

  /** @param {boolean} [isOpen] The other way round without it. */
  toggle(isOpen = this.#element.hidden) {
    this.#element.hidden = !isOpen || this.#rows.size === 0;
    this.#sayTitle();
  }

  /**
   * @param {Upload} upload
   * @returns {HTMLElement}
   */
  #add(upload) {
    const copy = /** @type {DocumentFragment} */ (this.#template.content.cloneNode(true));
    const row = need("li", copy);
    this.#list.append(row);
    this.#rows.set(upload.id, { upload, row });
    return row;
  }

  /**
   * @param {HTMLElement} row
   * @param {Upload} upload
   */
  #fill(row, upload) {
    fillRow(row, upload, () => this.onAgain(upload));
  }

  /**
   * Change rows and leave the focus where it was; where its control is gone, the row has it.
   * @param {() => void} change
   */
  #keepFocus(change) {
    const focused = document.activeElement;
    const row = focused?.closest("[data-tray-list] > li");
    change();
    if (!row || focused === document.activeElement) return;
    const heir = focused?.isConnected ? focused : row;
    if (heir instanceof HTMLElement) heir.focus({ preventScroll: true });
  }

  /** What needs the sender's hand stands first, each kind in the order it was sent; a row that is in its place is not touched. */
  #putRefusalsFirst() {
    const inOrder = [...this.#rows.values()].sort((one, other) => place(one.upload) - place(other.upload));
    inOrder.forEach(({ row }, index) => {
      const there = this.#list.children[index];
      if (there !== row) this.#list.insertBefore(row, there);
    });
  }

  /** @returns {Upload[]} */
  #uploads() {
    return [...this.#rows.values()].map(({ upload }) => upload);
  }

  #sayTitle() {
    const uploads = this.#uploads();
    const count = (/** @type {string} */ state) => uploads.filter((upload) => upload.state === state).length;
    const isDone = uploads.every(isSettled);
    const parts = [say("tray.read", { n: count("read") })];
    if (count("refused")) parts.push(say("tray.refused", { n: count("refused") }));
    if (count("sent")) parts.push(say("tray.unanswered", { n: count("sent") }));
    if (count("failed")) parts.push(say("tray.not_read", { n: count("failed") }));
    const n = uploads.length;
    const title = `${isDone ? say("tray.sent", { n }) : say("tray.sending", { n })} · ${parts.join(", ")}`;
    if (this.#title.textContent !== title) this.#title.textContent = title;
    this.#leaving.hidden = isDone;
    this.#opener.hidden = uploads.length === 0 || !this.#element.hidden;
    this.#opener.textContent = say("tray.show", { n: uploads.length });
  }
}

/**
 * What becomes of an upload when the page is left: one that has no answer says so on the next page.
 * @param {Upload} upload
 * @returns {Upload}
 */
function whenLeft(upload) {
  if (isSettled(upload)) return upload;
  if (upload.state === "reading") return { ...upload, state: "sent" };
  return { ...upload, state: "failed", answer: { detail: say("tray.left") } };
}

/**
 * @param {Upload} upload
 * @returns {number} Smaller for what stands first.
 */
function place({ state }) {
  return state === "sent" || state === "refused" || state === "failed" ? 0 : 1;
}
