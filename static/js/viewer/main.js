// @ts-check
/**
 * Starts the viewer. The picture comes first: this module imports what draws it and nothing else, runs as soon as it is
 * there, and asks for the pixels before it sets anything up. Tools, marks, map and panel (`workplace.js`) are fetched once
 * it is drawn: they are sixty requests, which on two processor cores cost a fresh browser longer than the picture itself.
 */
import { need, pageData } from "../page-data.js";
import { Correction } from "./correction.js";
import { ImageLoadError, loadImage } from "./stage/image.js";
import { Viewport } from "./stage/viewport.js";

/** A picture that is longer in coming (a slow line, an old case) holds up nothing else. Chosen. */
const LONG_MS = 1000;

/** What is being read; `data` is replaced when the panel is brought up to date. */
const page = { data: pageData() };

/** What the panel says it speaks of: read from the page, never from what was fetched for it. */
function panelReading() {
  const { radiograph: shown = "", reading = "", status = "" } = need('[data-live="panel"]').dataset;
  const { reading: known } = page.data;
  return { radiograph_id: shown, reading_id: reading, status, flagged: known.reading_id === reading && known.flagged };
}

const loading = loadImage(page.data.radiograph);
loading.catch(() => {}); // said below, once there is a page to say it on
if (document.readyState === "loading") {
  await new Promise((parsed) => document.addEventListener("DOMContentLoaded", parsed, { once: true }));
}
const viewport = new Viewport(/** @type {HTMLCanvasElement} */ (need("[data-canvas]")), () => ({
  radiographId: panelReading().radiograph_id,
  readingId: panelReading().reading_id,
}));
const correction = new Correction(viewport, () => page.data.reading.correction);

const message = need("[data-stage-message]");
const shown = loading.then(
  (image) => {
    viewport.show(image, correction.start());
    message.textContent = "";
    return true;
  },
  (error) => {
    if (!(error instanceof ImageLoadError)) throw error;
    message.textContent = error.message;
    return false;
  },
);

await Promise.race([
  shown.then(() => new Promise((drawn) => requestAnimationFrame(drawn))),
  new Promise((passed) => setTimeout(passed, LONG_MS)),
]);
document.head.append(/** @type {HTMLTemplateElement} */ (need("[data-later]")).content); // all at once, not import by import
const { startWorkplace } = await import("./workplace.js");
startWorkplace({ page, panelReading, viewport, correction, shown });
