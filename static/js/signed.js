// @ts-check
/** What was signed last, told on the page that came next with the way back. It names nobody and ends with the tab. */

/** @typedef {{verdict: string, href: string}} Signed */

const STORE = "signed";

/** @param {Signed} signed */
export function keepSigned(signed) {
  sessionStorage.setItem(STORE, JSON.stringify(signed));
}

/**
 * Take what was signed, so that it is told once.
 * @returns {Signed | null}
 */
export function takeSigned() {
  const signed = JSON.parse(sessionStorage.getItem(STORE) ?? "null");
  sessionStorage.removeItem(STORE);
  return signed;
}
