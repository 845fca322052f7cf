// @ts-check
/** Fetches the next case's picture into the browser's cache while nothing else is going on. */
import { pageData } from "../../page-data.js";

/**
 * @param {string | null} nextCase Address of the next case.
 */
export function preload(nextCase) {
  if (!nextCase) return;
  const whenIdle = window.requestIdleCallback ?? ((/** @type {() => void} */ run) => setTimeout(run, 500));
  whenIdle(async () => {
    try {
      const answer = await fetch(nextCase, { headers: { Accept: "text/html" }, priority: "low" });
      if (!answer.ok) return;
      // Its own page knows on which of its radiographs it opens.
      const { radiograph } = pageData(new DOMParser().parseFromString(await answer.text(), "text/html"));
      if (!radiograph) return;
      await Promise.all([
        keep(radiograph.modality, "application/octet-stream"),
        keep(radiograph.grayscale, "application/json"),
      ]);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // no connection: the next case loads when it is opened
    }
  });
}

/**
 * @param {string} address
 * @param {string} accept
 */
async function keep(address, accept) {
  const answer = await fetch(address, { headers: { Accept: accept }, priority: "low" });
  await answer.arrayBuffer();
}
