// @ts-check
/** Everything round the picture: map, tools, marks, keys, panel. */
import { follow } from "../events.js";
import { gently } from "../live.js";
import { need, pageData } from "../page-data.js";
import { keepTimes } from "../time.js";
import { say } from "../words.js";
import { startAnnotations } from "./annotations/start.js";
import { buildCommands } from "./commands.js";
import { Compare } from "./compare/compare.js";
import { connect, fillHelp, isTextField, writeKeys } from "./controls.js";
import { Blink } from "./heatmap/blink.js";
import { HeatmapControls } from "./heatmap/controls.js";
import { keepMarks } from "./heatmap/marks.js";
import { keepScale } from "./heatmap/scale.js";
import { placeMenus } from "./menus.js";
import { ReadFirst } from "./panel/read-first.js";
import { Renewal } from "./panel/renewal.js";
import { copyReport } from "./panel/report.js";
import { Review } from "./panel/review.js";
import { showSteps } from "./panel/steps.js";
import { keepCorners } from "./stage/corners.js";
import { ImageLoadError, loadMap } from "./stage/image.js";
import { toggleNames } from "./stage/names.js";
import { preload } from "./stage/preload.js";
import { keepPresets } from "./stage/presets.js";
import { keepSides } from "./stage/sides.js";
import { startTools } from "./tools/start.js";
import { startCovering } from "./what-if/start.js";

/**
 * @typedef {object} Begun What `main.js` has begun with.
 * @property {{data: any}} page
 * @property {() => {radiograph_id: string, reading_id: string, status: string, flagged: boolean}} panelReading
 * @property {import("./stage/viewport.js").Viewport} viewport
 * @property {import("./correction.js").Correction} correction
 * @property {Promise<void>} shown Resolves once the picture is shown.
 */

/** @param {Begun} begun */
export function startWorkplace({ page, panelReading, viewport, correction, shown }) {
  const { radiograph } = page.data;
  const stage = need("[data-stage]");
  const pane = need("[data-current]", stage);
  const layer = (/** @type {string} */ name) => /** @type {SVGElement} */ (pane.querySelector(`[data-layer="${name}"]`));

  const readFirst = new ReadFirst(
    radiograph.radiograph_id,
    () => panelReading().status === "done",
    () => page.data.is_reviewed,
    () => showReading(),
  );
  const openReading = () => (readFirst.isCovered ? { ...panelReading(), status: "covered" } : panelReading());
  const annotations = startAnnotations(layer("annotations"), viewport, radiograph);
  const covering = startCovering(layer("what-if"), viewport, radiograph.what_if, openReading);
  const toolbox = startTools(stage, pane, viewport, annotations.editor, covering, layer);
  /** @type {Review} */
  const review = new Review(() => page.data.next_href ?? page.data.worklist_href, readFirst, () => renewal.runAnyway());
  const isWriting = () => review.isBegun || toolbox.isHalfDone || isTextField(document.activeElement);
  const renewal = new Renewal(radiograph.radiograph_id, isWriting, fillPanel);
  const heatmap = new HeatmapControls(viewport, openReading, page.data.show_above);
  const help = /** @type {HTMLDialogElement} */ (need("[data-help]"));
  const commands = buildCommands({
    viewport,
    toolbox,
    editor: annotations.editor,
    store: annotations.store,
    covering,
    heatmap,
    blink: new Blink(viewport),
    compare: new Compare(stage, viewport, correction, page.data.priors),
    review,
    readFirst,
    asStored: () => correction.toggle(),
    copyReport: () => copyReport(annotations.lines()),
    toggleNames,
    openHelp: () => help.showModal(),
  });

  keepTimes();
  connect(commands, { pressAtCursor: () => toolbox.pressAtCursor(), isCovered: () => readFirst.isCovered });
  writeKeys(document);
  fillHelp(commands);
  placeMenus();
  keepPresets(viewport);
  keepCorners(pane, viewport);
  keepSides(layer("sides"), viewport, correction, () => page.data.radiograph.is_frontal);
  keepScale(viewport);
  keepMarks(layer("heatmap"), viewport, () => {
    const { reading } = page.data;
    return reading.reading_id === panelReading().reading_id ? reading.boxes : [];
  });
  viewport.draw(); // for those who came after the picture
  document.body.dataset.ready = "";

  shown.then(() => {
    annotations.load();
    showReading();
    preload(page.data.next_href);
  });

  /** Fetch the map and the steps of the panel's reading; a map that is covered is not fetched. */
  async function showReading() {
    heatmap.start();
    covering.follow();
    const { reading } = page.data;
    const isOpen = Boolean(reading.cam) && !readFirst.isCovered;
    if (!isOpen || viewport.map?.readingId !== reading.reading_id) viewport.showMap(null);
    if (isOpen && !viewport.map) await showMap(reading);
    if (reading.cam) await showSteps();
  }

  /** @param {any} reading */
  async function showMap(reading) {
    try {
      const map = await loadMap(reading.cam);
      if (map.readingId === panelReading().reading_id && !readFirst.isCovered) viewport.showMap(map);
    } catch (error) {
      if (!(error instanceof ImageLoadError)) throw error;
      need("[data-heatmap-state]").textContent = say("heatmap.missing");
    }
  }

  /**
   * Fill a panel that has taken the place of another; the picture stays as it is.
   * @param {Document} fresh The page that it came from.
   */
  async function fillPanel(fresh) {
    page.data = pageData(fresh);
    writeKeys(need('[data-live="panel"]'));
    readFirst.show();
    review.restore();
    annotations.show();
    await showReading();
  }

  const bringUpToDate = gently(() => renewal.run(), 500);

  /** Look for what happened while nobody listened: another review, another radiograph. */
  async function lookUp() {
    const found = await review.tellOfOthers();
    if (found && found.radiographs.length !== renewal.nRadiographs) bringUpToDate();
  }

  follow({
    onReading: (event) => {
      if (event.case_id === page.data.case_id) bringUpToDate();
    },
    onList: (event) => {
      if (event.case_id === page.data.case_id) review.tellOfOthers();
    },
    onBack: () => {
      if (panelReading().status !== "done") bringUpToDate();
      else shown.then(lookUp); // the picture comes first
    },
  });
}
