// @ts-check
/**
 * What of the window the list has: below what is stuck to its top, above what floats over its lower edge. The upper edge is
 * the page's scroll padding (`worklist.css`), the lower one is set here, so that the browser's own scrolling keeps to both.
 */
import { need } from "../page-data.js";

const GAP_PX = 12;

/** @returns {{top: number, bottom: number}} Edges in window pixels. */
export function sight() {
  const style = getComputedStyle(document.documentElement);
  const [above, below] = [style.scrollPaddingTop, style.scrollPaddingBottom].map((edge) => Number.parseFloat(edge) || 0);
  return { top: above, bottom: window.innerHeight - below };
}

/**
 * Keep the lower edge right while tray and messages come, grow and go, and the window changes.
 * @param {() => void} onChange The list has more or less of the window.
 */
export function watchSight(onChange) {
  const [tray, toast, lost] = ["[data-tray]", "[data-toast]", "[data-lost]"].map((each) => need(each));

  function measure() {
    const covered = Math.max(...[tray, toast, lost].map(coveredBy));
    document.documentElement.style.scrollPaddingBottom = `${covered}px`;
    document.body.style.paddingBottom = `${coveredBy(tray)}px`; // the last row can be scrolled above it
  }

  function update() {
    measure();
    onChange();
  }

  const observer = new ResizeObserver(update);
  for (const each of [tray, toast]) observer.observe(each);
  new ResizeObserver(measure).observe(lost); // nobody asked for it: it must not move rows under a hand that is on its way
  window.addEventListener("resize", update);
}

/**
 * @param {HTMLElement} float
 * @returns {number} Height of the window's lower part that it lies over, with room to breathe; 0 where it is not shown.
 */
function coveredBy(float) {
  return float.hidden ? 0 : window.innerHeight - float.getBoundingClientRect().top + GAP_PX;
}
