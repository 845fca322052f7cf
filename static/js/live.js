// @ts-check
/** Brings regions of the page up to date from the server's own rendering, so that a row has one template. */
import { fillTimes } from "./time.js";

/** What tells one control of a region from another. */
const TELLING = ["id", "name", "value", "href", "data-command"];

/**
 * Fetch a page as the server renders it now.
 * @param {string} address
 * @returns {Promise<Document | null>} `null` where it did not come.
 */
export async function fetchPage(address) {
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    return response.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // the network is gone; the connection's message says so
    return null;
  }
}

/**
 * Replace `data-live` regions of the page by those of a fresh one; what has not changed stays.
 * @param {Document} fresh
 * @param {string[]} names
 */
export function replaceRegions(fresh, names) {
  for (const name of names) {
    const [current, next] = [document, fresh].map((page) => page.querySelector(`[data-live="${name}"]`));
    if (!current || !next || current.isEqualNode(next)) continue;
    const adopted = document.importNode(next, true);
    fillTimes(adopted);
    current.replaceWith(adopted);
  }
}

/**
 * Remember which control of a live region has the focus, before regions are replaced: without it the next keys of
 * somebody who writes would run as commands.
 * @returns {() => void} Gives the focus, with text and caret, to the control that took its place.
 */
export function rememberFocus() {
  const focused = document.activeElement;
  const region = focused?.closest("[data-live]")?.getAttribute("data-live");
  if (!focused || !region) return () => {};
  const selector = `[data-live="${region}"] ${focused.localName}${TELLING.map((name) => matching(focused, name)).join("")}`;
  const place = [...document.querySelectorAll(selector)].indexOf(focused);
  const putBack = focused instanceof HTMLTextAreaElement ? rememberText(focused) : () => {};
  return () => {
    const next = document.querySelectorAll(selector)[place];
    if (focused.isConnected || !(next instanceof HTMLElement)) return;
    next.focus({ preventScroll: true });
    if (next instanceof HTMLTextAreaElement) putBack(next);
  };
}

/**
 * @param {HTMLTextAreaElement} field
 * @returns {(next: HTMLTextAreaElement) => void}
 */
function rememberText({ value, selectionStart, selectionEnd, selectionDirection, scrollTop }) {
  return (next) => {
    next.value = value;
    next.setSelectionRange(selectionStart, selectionEnd, selectionDirection);
    next.scrollTop = scrollTop;
  };
}

/**
 * @param {Element} element
 * @param {string} name
 * @returns {string} A selector's part for an attribute; empty where the element has none.
 */
function matching(element, name) {
  const value = element.getAttribute(name);
  return value === null ? "" : `[${name}="${CSS.escape(value)}"]`;
}

/**
 * Make a function that runs `action` soon, and never more often than once in `pause` milliseconds.
 * @param {() => Promise<unknown>} action
 * @param {number} pause
 * @returns {() => void}
 */
export function gently(action, pause) {
  let planned = false;
  let last = 0;
  return () => {
    if (planned) return;
    planned = true;
    const wait = Math.max(150, last + pause - Date.now());
    setTimeout(async () => {
      last = Date.now();
      planned = false;
      try {
        await action();
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // the network is gone; the connection's message says so
      }
    }, wait);
  };
}
