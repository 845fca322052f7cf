// @ts-check
/** One table of named commands: what buttons and keys run, and what the list of keys says about them. */
import { KINDS } from "./annotations/kinds/index.js";
import { mirrored, turned } from "./stage/transform.js";
import { PRESETS } from "./stage/windowing.js";
import { zoomMiddle } from "./tools/zoom.js";

/**
 * @typedef {object} Parts
 * @property {import("./stage/viewport.js").Viewport} viewport
 * @property {import("./tools/toolbox.js").Toolbox} toolbox
 * @property {import("./annotations/editor.js").Editor} editor
 * @property {import("./annotations/store.js").AnnotationStore} store
 * @property {import("./what-if/covering.js").Covering} covering
 * @property {import("./heatmap/controls.js").HeatmapControls} heatmap
 * @property {import("./heatmap/blink.js").Blink} blink
 * @property {import("./compare/compare.js").Compare} compare
 * @property {import("./panel/review.js").Review} review
 * @property {import("./panel/read-first.js").ReadFirst} readFirst
 * @property {() => void} asStored Between the corrected view and the one as stored.
 * @property {() => void} copyReport
 * @property {() => void} toggleNames
 * @property {() => void} openHelp
 */
/** @typedef {{shift: boolean}} Held */
/** @typedef {{group: string, run: (held: Held) => void}} Command */

const ZOOM_STEP = 1.25;
const IMPRESSIONS = ["covid-19", "other", "normal", "unsure"];
const NO_KEYS = { shift: false };

/**
 * Build the table.
 * @param {Parts} parts
 * @returns {Map<string, Command>}
 */
export function buildCommands(parts) {
  return new Map(
    [caseCommands(), imageCommands(parts), windowCommands(parts), stageCommands(parts), markCommands(parts), heatmapCommands(parts), panelCommands(parts)].flat(),
  );
}

/** @returns {[string, Command][]} */
function caseCommands() {
  return [
    command("case", "previous-case", () => follow("previous-case")),
    command("case", "next-case", () => follow("next-case")),
    command("case", "worklist", () => follow("worklist")),
  ];
}

/**
 * @param {Parts} parts
 * @returns {[string, Command][]}
 */
function imageCommands({ viewport, toolbox, covering, asStored }) {
  return [
    command("image", "tool-window", () => toolbox.choose("window")),
    command("image", "tool-zoom", () => toolbox.choose("zoom")),
    command("image", "tool-pan", () => toolbox.choose("pan")),
    command("image", "tool-magnify", () => toolbox.choose("magnify")),
    command("image", "tool-cover", () => {
      if (covering.isOpen) toolbox.choose("cover");
    }),
    command("image", "invert", () => viewport.setWindow({ inverted: !viewport.inverted })),
    command("image", "fit", () => viewport.fit()),
    command("image", "actual-size", () => viewport.actualSize()),
    command("image", "zoom-in", () => zoomMiddle(viewport, ZOOM_STEP)),
    command("image", "zoom-out", () => zoomMiddle(viewport, 1 / ZOOM_STEP)),
    command("image", "turn-left", () => viewport.setPose(turned(viewport.pose, -90))),
    command("image", "turn-right", () => viewport.setPose(turned(viewport.pose, 90))),
    command("image", "mirror", () => viewport.setPose(mirrored(viewport.pose))),
    command("image", "as-stored", asStored),
  ];
}

/**
 * @param {Parts} parts
 * @returns {[string, Command][]}
 */
function windowCommands({ viewport, toolbox }) {
  return [
    ...PRESETS.map(({ name, window }) => command("window", `preset-${name}`, () => viewport.setWindow({ window }))),
    command("window", "tool-region", () => toolbox.choose("region")),
  ];
}

/**
 * @param {Parts} parts
 * @returns {[string, Command][]}
 */
function stageCommands({ toolbox, covering, compare }) {
  const arrow = (/** @type {number} */ x, /** @type {number} */ y) => (/** @type {Held} */ { shift }) => {
    toolbox.arrow(x, y, shift);
  };
  return [
    command("stage", "up", arrow(0, -1)),
    command("stage", "down", arrow(0, 1)),
    command("stage", "left", arrow(-1, 0)),
    command("stage", "right", arrow(1, 0)),
    command("stage", "cancel", () => {
      if (!toolbox.isHalfDone) covering.uncover();
      toolbox.cancel();
    }),
    command("stage", "compare", () => compare.toggleSide()),
    command("stage", "flicker", () => compare.flicker()),
  ];
}

/**
 * @param {Parts} parts
 * @returns {[string, Command][]}
 */
function markCommands({ toolbox, editor, store, covering }) {
  const drawn = () => (toolbox.active.name === "cover" ? covering : store);
  return [
    ...[...KINDS.keys()].map((name) => command("marks", `tool-${name}`, () => toolbox.choose(name))),
    command("marks", "remove", () => editor.removeSelected()),
    command("marks", "undo", () => drawn().undo()),
    command("marks", "redo", () => drawn().redo()),
  ];
}

/**
 * @param {Parts} parts
 * @returns {[string, Command][]}
 */
function heatmapCommands({ heatmap, blink }) {
  return [
    command("heatmap", "heatmap", () => {
      blink?.stop();
      heatmap.toggle();
    }),
    command("heatmap", "heatmap-blink", () => blink.toggle()),
    command("heatmap", "heatmap-contour", () => heatmap.changeStyle()),
    command("heatmap", "heatmap-palette", () => heatmap.changePalette()),
    command("heatmap", "opacity-up", () => heatmap.changeOpacity(0.1)),
    command("heatmap", "opacity-down", () => heatmap.changeOpacity(-0.1)),
    command("heatmap", "above-up", () => heatmap.changeAbove(0.05)),
    command("heatmap", "above-down", () => heatmap.changeAbove(-0.05)),
  ];
}

/**
 * @param {Parts} parts
 * @returns {[string, Command][]}
 */
function panelCommands({ review, readFirst, copyReport, toggleNames, openHelp }) {
  const open = (/** @type {() => void} */ run) => () => {
    if (!readFirst.isCovered) run();
  };
  return [
    command("review", "agree", open(() => review.choose("agree"))),
    command("review", "disagree", open(() => review.choose("disagree"))),
    command("review", "unsure", open(() => review.choose("unsure"))),
    command("review", "comment", open(() => review.comment())),
    command("review", "sign", () => (readFirst.isCovered ? readFirst.commit() : review.sign())),
    command("review", "copy-report", open(copyReport)),
    ...IMPRESSIONS.map((name) => command("first", `impression-${name}`, () => readFirst.choose(name))),
    command("first", "read-first", () => readFirst.toggle()),
    command("page", "names", toggleNames),
    command("page", "help", openHelp),
  ];
}

/**
 * @param {string} group Its key in the catalogue, as the command's name is that of its title.
 * @param {string} name
 * @param {(held: Held) => void} run
 * @returns {[string, Command]}
 */
function command(group, name, run) {
  return [name, { group, run: (held = NO_KEYS) => run(held) }];
}

/**
 * Follow a link of the toolbar, where there is one.
 * @param {string} name
 */
function follow(name) {
  const link = document.querySelector(`a[data-command="${name}"]`);
  if (link instanceof HTMLAnchorElement) link.click();
}
