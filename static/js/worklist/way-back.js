// @ts-check
/**
 * On a case: the way back leads to the page of the list that the reader came from, and to this case on it. Only the tab knows
 * that page: a case's address names its list and no place in it.
 */
import { need, pageData } from "../page-data.js";

const link = /** @type {HTMLAnchorElement} */ (need('[data-command="worklist"]'));
const last = sessionStorage.getItem("last-list");
if (last && listOf(last) === listOf(link.href)) link.href = last;
sessionStorage.setItem("last-opened", pageData().case_id);

/**
 * @param {string} address
 * @returns {string} The same for every page of a list.
 */
function listOf(address) {
  const { pathname, searchParams } = new URL(address, window.location.href);
  searchParams.delete("after");
  searchParams.sort();
  return `${pathname}?${searchParams}`;
}
