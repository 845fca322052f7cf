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
 * @property {import("./heatmap/controls.js").HeatmapControls} heatmap
 * @property {import("./heatmap/blink.js").Blink} blink
 * @property {import("./compare/compare.js").Compare} compare
 * @property {import("./panel/review.js").Review} review
 * @property {() => void} asStored Between the corrected view and the one as stored.
 * @property {() => void} copyReport
 * @property {() => void} toggleNames
 * @property {() => void} openHelp
 */
/** @typedef {{shift: boolean}} Held */
/** @typedef {{group: string, title: string, run: (held: Held) => void}} Command */

const ZOOM_STEP = 1.25;
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
    command("Case", "previous-case", "Previous case", () => follow("previous-case")),
    command("Case", "next-case", "Next case", () => follow("next-case")),
    command("Case", "worklist", "Back to the worklist", () => follow("worklist")),
  ];
}

/**
 * @param {Parts} parts
 * @returns {[string, Command][]}
 */
function imageCommands({ viewport, toolbox, asStored }) {
  return [
    command("Image", "tool-window", "Window by drag", () => toolbox.choose("window")),
    command("Image", "tool-zoom", "Zoom by drag", () => toolbox.choose("zoom")),
    command("Image", "tool-pan", "Pan by drag", () => toolbox.choose("pan")),
    command("Image", "tool-magnify", "Magnifier", () => toolbox.choose("magnify")),
    command("Image", "invert", "Invert", () => viewport.setWindow({ inverted: !viewport.inverted })),
    command("Image", "fit", "Fit to the stage", () => viewport.fit()),
    command("Image", "actual-size", "One image pixel per screen pixel", () => viewport.actualSize()),
    command("Image", "zoom-in", "Zoom in", () => zoomMiddle(viewport, ZOOM_STEP)),
    command("Image", "zoom-out", "Zoom out", () => zoomMiddle(viewport, 1 / ZOOM_STEP)),
    command("Image", "turn-left", "Turn left", () => viewport.setPose(turned(viewport.pose, -90))),
    command("Image", "turn-right", "Turn right", () => viewport.setPose(turned(viewport.pose, 90))),
    command("Image", "mirror", "Mirror, left and right exchanged", () => viewport.setPose(mirrored(viewport.pose))),
    command("Image", "as-stored", "As stored, or as corrected", asStored),
  ];
}

/**
 * @param {Parts} parts
 * @returns {[string, Command][]}
 */
function windowCommands({ viewport, toolbox }) {
  return [
    ...PRESETS.map(({ name, command: key, window }) => command("Window", key, name, () => viewport.setWindow({ window }))),
    command("Window", "tool-region", "Window from a region", () => toolbox.choose("region")),
  ];
}

/**
 * @param {Parts} parts
 * @returns {[string, Command][]}
 */
function stageCommands({ toolbox, compare }) {
  const arrow = (/** @type {number} */ x, /** @type {number} */ y) => (/** @type {Held} */ { shift }) => {
    toolbox.arrow(x, y, shift);
  };
  return [
    command("Stage", "up", "Brighter, or cursor up", arrow(0, -1)),
    command("Stage", "down", "Darker, or cursor down", arrow(0, 1)),
    command("Stage", "left", "Narrower, or cursor left", arrow(-1, 0)),
    command("Stage", "right", "Wider, or cursor right", arrow(1, 0)),
    command("Stage", "cancel", "Leave what is half done", () => toolbox.cancel()),
    command("Stage", "compare", "Earlier radiograph beside this one", () => compare.toggleSide()),
    command("Stage", "flicker", "Change to and fro with the earlier one", () => compare.flicker()),
  ];
}

/**
 * @param {Parts} parts
 * @returns {[string, Command][]}
 */
function markCommands({ toolbox, editor, store }) {
  return [
    ...[...KINDS.values()].map(({ name, title }) => command("Marks", `tool-${name}`, title, () => toolbox.choose(name))),
    command("Marks", "remove", "Remove the selected mark", () => editor.removeSelected()),
    command("Marks", "undo", "Undo", () => store.undo()),
    command("Marks", "redo", "Redo", () => store.redo()),
  ];
}

/**
 * @param {Parts} parts
 * @returns {[string, Command][]}
 */
function heatmapCommands({ heatmap, blink }) {
  return [
    command("Heatmap", "heatmap", "Heatmap on or off", () => {
      blink?.stop();
      heatmap.toggle();
    }),
    command("Heatmap", "heatmap-blink", "Blink against the plain image", () => blink.toggle()),
    command("Heatmap", "heatmap-contour", "Contour or colours", () => heatmap.changeStyle()),
    command("Heatmap", "heatmap-palette", "Colours for colour-blind readers", () => heatmap.changePalette()),
    command("Heatmap", "opacity-up", "More opaque", () => heatmap.changeOpacity(0.1)),
    command("Heatmap", "opacity-down", "Less opaque", () => heatmap.changeOpacity(-0.1)),
    command("Heatmap", "above-up", "Show less", () => heatmap.changeAbove(0.05)),
    command("Heatmap", "above-down", "Show more", () => heatmap.changeAbove(-0.05)),
  ];
}

/**
 * @param {Parts} parts
 * @returns {[string, Command][]}
 */
function panelCommands({ review, copyReport, toggleNames, openHelp }) {
  return [
    command("Review", "agree", "Agree", () => review.choose("agree")),
    command("Review", "disagree", "Disagree", () => review.choose("disagree")),
    command("Review", "unsure", "Unsure", () => review.choose("unsure")),
    command("Review", "comment", "Write a comment", () => review.comment()),
    command("Review", "sign", "Sign review and go to next", () => review.sign()),
    command("Review", "copy-report", "Copy the report text", copyReport),
    command("Page", "names", "Hide or show names", toggleNames),
    command("Page", "help", "This list", openHelp),
  ];
}

/**
 * @param {string} group
 * @param {string} name
 * @param {string} title
 * @param {(held: Held) => void} run
 * @returns {[string, Command]}
 */
function command(group, name, title, run) {
  return [name, { group, title, run: (held = NO_KEYS) => run(held) }];
}

/**
 * Follow a link of the toolbar, where there is one.
 * @param {string} name
 */
function follow(name) {
  const link = document.querySelector(`a[data-command="${name}"]`);
  if (link instanceof HTMLAnchorElement) link.click();
}
