// @ts-check
/** Starts the viewer: picture, map, tools, marks, keys, panel. */
import { follow } from "../events.js";
import { gently, refresh } from "../live.js";
import { need, pageData } from "../page-data.js";
import { keepTimes } from "../time.js";
import { startAnnotations } from "./annotations/start.js";
import { buildCommands } from "./commands.js";
import { Compare } from "./compare/compare.js";
import { connect, fillHelp, writeKeys } from "./controls.js";
import { Correction } from "./correction.js";
import { Blink } from "./heatmap/blink.js";
import { HeatmapControls } from "./heatmap/controls.js";
import { keepMarks } from "./heatmap/marks.js";
import { keepScale } from "./heatmap/scale.js";
import { placeMenus } from "./menus.js";
import { copyReport } from "./panel/report.js";
import { Review } from "./panel/review.js";
import { showSteps } from "./panel/steps.js";
import { keepCorners } from "./stage/corners.js";
import { ImageLoadError, loadImage, loadMap } from "./stage/image.js";
import { restoreNames, toggleNames } from "./stage/names.js";
import { preload } from "./stage/preload.js";
import { keepPresets } from "./stage/presets.js";
import { keepSides } from "./stage/sides.js";
import { Viewport } from "./stage/viewport.js";
import { startTools } from "./tools/start.js";

let data = pageData();
const { radiograph } = data;

/** What the panel says it speaks of: read from the page, never from what was fetched for it. */
function panelReading() {
  const { radiograph: shown = "", reading = "", status = "" } = need('[data-live="panel"]').dataset;
  const flagged = data.reading.reading_id === reading && data.reading.flagged;
  return { radiograph_id: shown, reading_id: reading, status, flagged };
}

const stage = need("[data-stage]");
const pane = need("[data-current]", stage);
const layer = (/** @type {string} */ name) => /** @type {SVGElement} */ (pane.querySelector(`[data-layer="${name}"]`));

const viewport = new Viewport(/** @type {HTMLCanvasElement} */ (need("[data-canvas]")), () => ({
  radiographId: panelReading().radiograph_id,
  readingId: panelReading().reading_id,
}));
const correction = new Correction(viewport, () => data.reading.correction);
const annotations = startAnnotations(layer("annotations"), viewport, radiograph);
const toolbox = startTools(stage, pane, viewport, annotations.editor, layer);
const review = new Review(() => data.next_href ?? data.worklist_href);
const heatmap = new HeatmapControls(viewport, panelReading, data.show_above);
const help = /** @type {HTMLDialogElement} */ (need("[data-help]"));
const commands = buildCommands({
  viewport,
  toolbox,
  editor: annotations.editor,
  store: annotations.store,
  heatmap,
  blink: new Blink(viewport),
  compare: new Compare(stage, viewport, data.priors),
  review,
  asStored: () => correction.toggle(),
  copyReport: () => copyReport(annotations.lines()),
  toggleNames,
  openHelp: () => help.showModal(),
});

keepTimes();
restoreNames();
connect(commands, () => toolbox.pressAtCursor());
writeKeys(document);
fillHelp(commands);
placeMenus();
keepPresets(viewport);
keepCorners(pane, viewport);
keepSides(layer("sides"), viewport, correction, () => data.radiograph.is_frontal);
keepScale(viewport);
keepMarks(layer("heatmap"), viewport, () => (data.reading.reading_id === panelReading().reading_id ? data.reading.boxes : []));

const message = need("[data-stage-message]");
loadImage(radiograph).then(
  (image) => {
    viewport.show(image, correction.start());
    message.textContent = "";
    annotations.load();
    showReading();
    preload(data.next_href);
  },
  (error) => {
    if (!(error instanceof ImageLoadError)) throw error;
    message.textContent = error.message;
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
  viewport.showMap(null);
  if (!(await refresh(["panel"]))) return;
  if (panelReading().radiograph_id !== radiograph.radiograph_id) {
    window.location.reload(); // another radiograph of the case became the most urgent one
    return;
  }
  writeKeys(need('[data-live="panel"]'));
  review.restore();
  annotations.show();
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
