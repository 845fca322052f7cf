// @ts-check
/**
 * Starts the viewer. The picture comes first: this module imports what draws it and nothing else; tools, marks, map and
 * panel (`workplace.js`) are fetched while the pixels are on their way.
 */
import { need, pageData } from "../page-data.js";
import { Correction } from "./correction.js";
import { ImageLoadError, loadImage } from "./stage/image.js";
import { Viewport } from "./stage/viewport.js";

/** What is being read; `data` is replaced when the panel is brought up to date. */
const page = { data: pageData() };

/** What the panel says it speaks of: read from the page, never from what was fetched for it. */
function panelReading() {
  const { radiograph: shown = "", reading = "", status = "" } = need('[data-live="panel"]').dataset;
  const { reading: known } = page.data;
  return { radiograph_id: shown, reading_id: reading, status, flagged: known.reading_id === reading && known.flagged };
}

const viewport = new Viewport(/** @type {HTMLCanvasElement} */ (need("[data-canvas]")), () => ({
  radiographId: panelReading().radiograph_id,
  readingId: panelReading().reading_id,
}));
const correction = new Correction(viewport, () => page.data.reading.correction);

const message = need("[data-stage-message]");
const shown = loadImage(page.data.radiograph).then(
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

const { startWorkplace } = await import("./workplace.js");
startWorkplace({ page, panelReading, viewport, correction, shown });
