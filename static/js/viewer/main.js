// @ts-check
/** Starts the viewer: picture, map, tools, keys, panel. */
import { follow } from "../events.js";
import { gently, refresh } from "../live.js";
import { need, pageData } from "../page-data.js";
import { keepTimes } from "../time.js";
import { buildCommands } from "./commands.js";
import { connect, fillHelp, writeKeys } from "./controls.js";
import { HeatmapControls } from "./heatmap.js";
import { ImageLoadError, loadImage, loadMap } from "./image.js";
import { preload } from "./neighbours.js";
import { keepOverlays } from "./overlays.js";
import { offerPresets } from "./presets.js";
import { Review } from "./review.js";
import { showSteps } from "./steps.js";
import { Tools } from "./tools.js";
import { Viewport } from "./viewport.js";

let data = pageData();
const { radiograph } = data;

/** What the panel says it speaks of: read from the page, never from what was fetched for it. */
function panelReading() {
  const { radiograph: shown = "", reading = "", status = "" } = need('[data-live="panel"]').dataset;
  const flagged = data.reading.reading_id === reading && data.reading.flagged;
  return { radiograph_id: shown, reading_id: reading, status, flagged };
}

const viewport = new Viewport(/** @type {HTMLCanvasElement} */ (need("[data-canvas]")), () => ({
  radiographId: panelReading().radiograph_id,
  readingId: panelReading().reading_id,
}));
const tools = new Tools(need("[data-stage]"), viewport);
const review = new Review(() => data.next_href ?? data.worklist_href);
const heatmap = new HeatmapControls(viewport, panelReading, data.show_above);
const help = /** @type {HTMLDialogElement} */ (need("[data-help]"));
const commands = buildCommands({ viewport, tools, review, heatmap, openHelp: () => help.showModal() });

keepTimes();
connect(commands);
writeKeys(document);
fillHelp(commands);
offerPresets(viewport);
keepOverlays(viewport, () => (data.reading.reading_id === panelReading().reading_id ? data.reading.boxes : []));

const message = need("[data-stage-message]");
loadImage(radiograph).then(
  (image) => {
    viewport.show(image);
    message.textContent = "";
    showReading();
    preload(data.next_href);
  },
  (error) => {
    if (!(error instanceof ImageLoadError)) throw error;
    message.textContent = error.message;
    viewport.dispatchEvent(new CustomEvent("image-load-error", { detail: error }));
  },
);

/** Fetch the map and the steps of the panel's reading. */
async function showReading() {
  heatmap.start();
  const { reading } = data;
  if (!reading.cam) return;
  try {
    const map = await loadMap(reading.cam);
    if (map.readingId === panelReading().reading_id) viewport.showMap(map);
  } catch (error) {
    if (!(error instanceof ImageLoadError)) throw error;
    need("[data-heatmap-state]").textContent = "Heatmap not available";
  }
  await showSteps();
}

/** Bring the panel up to date; the picture stays as it is. */
const bringUpToDate = gently(async () => {
  const putBack = review.remember();
  viewport.showMap(null);
  if (!(await refresh(["panel"]))) return;
  if (panelReading().radiograph_id !== radiograph.radiograph_id) {
    window.location.reload(); // another radiograph of the case became the most urgent one
    return;
  }
  writeKeys(need('[data-live="panel"]'));
  putBack();
  await showReading();
}, 500);

document.addEventListener("page-refreshed", (event) => {
  data = pageData(/** @type {CustomEvent} */ (event).detail.fresh);
});
follow({
  onReading: (event) => {
    if (event.case_id === data.case_id) bringUpToDate();
  },
  onBack: () => {
    if (panelReading().status !== "done") bringUpToDate();
  },
});
