// @ts-check
/** Drafts of reviews, by reading, for as long as the tab is open: words about a patient stay no longer in a browser. */

/** @typedef {{verdict: string, comment: string}} Draft */

const STORE = "review";

/**
 * @param {string} reading
 * @returns {Draft | null}
 */
export function readDraft(reading) {
  return JSON.parse(sessionStorage.getItem(`${STORE} ${reading}`) ?? "null");
}

/**
 * @param {string} reading
 * @param {Draft} draft
 */
export function keepDraft(reading, draft) {
  sessionStorage.setItem(`${STORE} ${reading}`, JSON.stringify(draft));
}

/** @param {string} reading */
export function dropDraft(reading) {
  sessionStorage.removeItem(`${STORE} ${reading}`);
}
