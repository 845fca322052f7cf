// @ts-check
/** What became of the uploads of this tab, kept while it is open: leaving the page loses no finding and no receipt. */

/** @typedef {import("./upload.js").Upload} Upload */

const KEY = "uploads";
const MOST = 200;

/**
 * @param {Upload[]} uploads
 */
export function keepReceipts(uploads) {
  const settled = uploads.filter(isSettled).slice(-MOST);
  const kept = settled.map(({ id, name, state, answer }) => ({ id, name, state, answer }));
  try {
    sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // no room: the tray still shows them while the page is open
  }
}

/** @returns {Upload[]} Those kept before, newest last; ids negative, so that they never meet new ones. */
export function recallReceipts() {
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  return kept.map((/** @type {any} */ upload, /** @type {number} */ place) => ({
    ...upload,
    id: place - kept.length,
    progress: 1,
    file: null,
  }));
}

/**
 * @param {Upload} upload
 * @returns {boolean}
 */
export function isSettled({ state }) {
  return state === "read" || state === "sent" || state === "refused" || state === "failed";
}

/**
 * Write a refusal down as text, to be sent to whoever can help.
 * @param {Upload} upload
 * @returns {string}
 */
export function receiptText({ name, answer }) {
  const facts = ["code", "detail", "measured", "limit", "receipt_id", "case_id", "request_id"];
  const lines = facts.filter((fact) => answer?.[fact] !== undefined).map((fact) => `${fact}: ${answer[fact]}`);
  return [`file: ${name}`, ...lines].join("\n");
}
