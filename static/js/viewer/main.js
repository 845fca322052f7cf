// @ts-check
/**
 * Starts the viewer. The picture comes first: this module imports what draws it and nothing else, runs as soon as it is
 * there, and asks for the pixels before it sets anything up. Tools, marks, map and panel (`workplace.js`) are fetched once
 * it is drawn: they are sixty requests, which on two processor cores cost a fresh browser longer than the picture itself.
 */
import { need, pageData } from "../page-data.js";
import { say } from "../words.js";
import { Correction } from "./correction.js";
import { loadImage, offerAgain } from "./stage/image.js";
import { Viewport } from "./stage/viewport.js";

/** A picture that is longer in coming (a slow line, an old case) holds up nothing else. Chosen. */
const LONG_MS = 1000;

/** Keys that lead to another page; the others wait until what they change is there to be seen. */
const LEAVING = new Set(["j", "k", "backspace"]);

/** What is being read; `data` is replaced when the panel is brought up to date. */
const page = { data: pageData() };

/** What the panel says it speaks of: read from the page, never from what was fetched for it. */
function panelReading() {
  const { radiograph: shown = "", reading = "", status = "" } = need('[data-live="panel"]').dataset;
  const { reading: known } = page.data;
  return { radiograph_id: shown, reading_id: reading, status, flagged: known.reading_id === reading && known.flagged };
}

/** @type {KeyboardEvent[]} */
const pressed = [];
const keep = (/** @type {KeyboardEvent} */ event) => {
  if (event.target === document.body && LEAVING.has(event.key.toLowerCase())) pressed.push(event);
};
document.addEventListener("keydown", keep); // a reader in a hurry does not wait for the workplace

const loading = loadImage(page.data.radiograph);
loading.catch(() => {}); // said below, once there is a page to say it on
if (document.readyState === "loading") {
  await new Promise((parsed) => document.addEventListener("DOMContentLoaded", parsed, { once: true }));
}
need("[data-stalled]").remove();
const viewport = new Viewport(/** @type {HTMLCanvasElement} */ (need("[data-canvas]")), () => ({
  radiographId: panelReading().radiograph_id,
  readingId: panelReading().reading_id,
}));
const correction = new Correction(viewport, () => page.data.reading.correction);

const message = need("[data-stage-message]");
const { textContent: waiting } = message;

/**
 * Show the picture once it is there; where it does not come, however often the reader asks for it again.
 * @param {Promise<import("./stage/image.js").Image>} coming
 * @returns {Promise<void>}
 */
async function showWhenThere(coming) {
  try {
    viewport.show(await coming, correction.start());
    message.textContent = "";
  } catch (error) {
    await new Promise((asked) => offerAgain(message, error, () => asked(null)));
    message.textContent = waiting;
    return showWhenThere(loadImage(page.data.radiograph));
  }
}

const shown = showWhenThere(loading);

await Promise.race([
  shown.then(() => new Promise((drawn) => requestAnimationFrame(drawn))),
  new Promise((passed) => setTimeout(passed, LONG_MS)),
]);
document.head.append(/** @type {HTMLTemplateElement} */ (need("[data-later]")).content); // all at once, not import by import
const workplace = await import("./workplace.js").catch((error) => {
  if (!(error instanceof TypeError)) throw error;
  const warning = need("[data-pose-state]"); // the stage's place for one, and without tools nothing is turned
  Object.assign(warning, { role: "alert", textContent: say("stage.no_tools") });
  return null;
});
document.removeEventListener("keydown", keep);
if (workplace) {
  workplace.startWorkplace({ page, panelReading, viewport, correction, shown });
  for (const event of pressed) document.body.dispatchEvent(new KeyboardEvent(event.type, event));
}
