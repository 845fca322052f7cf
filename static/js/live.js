// @ts-check
/** Brings regions of the page up to date from the server's own rendering, so that a row has one template. */
import { fillTimes } from "./time.js";

/**
 * Fetch the page again and replace its `data-live` regions.
 * @param {string[]} names The regions to replace.
 * @param {() => boolean} [stillWanted] Asked when the answer is there; `false` drops it.
 * @returns {Promise<boolean>} Whether the regions were replaced.
 */
export async function refresh(names, stillWanted = () => true) {
  const response = await fetch(window.location.href, { headers: { Accept: "text/html" } });
  if (!response.ok) return false;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  if (!stillWanted()) return false;
  for (const name of names) {
    const selector = `[data-live="${name}"]`;
    const [current, next] = [document.querySelector(selector), fresh.querySelector(selector)];
    if (!current || !next) continue;
    const adopted = document.importNode(next, true);
    fillTimes(adopted);
    current.replaceWith(adopted);
  }
  document.dispatchEvent(new CustomEvent("page-refreshed", { detail: { fresh } }));
  return true;
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
