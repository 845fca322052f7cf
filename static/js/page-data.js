// @ts-check
/** Reads the values that the server put into the page. */

/**
 * Return the content of `<script type="application/json" id="page-data">`.
 * @param {Document} [page] Another copy of the page, freshly fetched.
 * @returns {any}
 */
export function pageData(page = document) {
  return JSON.parse(page.getElementById("page-data")?.textContent ?? "{}");
}

/**
 * Find one element that the template promises.
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {HTMLElement}
 */
export function need(selector, root = document) {
  const element = root.querySelector(selector);
  if (!(element instanceof HTMLElement)) throw new Error(`the page has no ${selector}`);
  return element;
}
