// @ts-check
/** Fetches the next case's pixels into the browser's cache while nothing else is going on. */

/**
 * @param {string | null} nextCase Address of the next case.
 */
export function preload(nextCase) {
  if (!nextCase) return;
  const whenIdle = window.requestIdleCallback ?? ((/** @type {() => void} */ run) => setTimeout(run, 500));
  whenIdle(async () => {
    try {
      const answer = await fetch(nextCase, { headers: { Accept: "application/json" }, priority: "low" });
      if (!answer.ok) return;
      const [radiograph] = (await answer.json()).radiographs;
      if (!radiograph) return;
      const pixels = await fetch(radiograph.links.pixels, { headers: { Accept: "application/octet-stream" }, priority: "low" });
      await pixels.arrayBuffer();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // no connection: the next case loads when it is opened
    }
  });
}
