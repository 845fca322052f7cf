// @ts-check
/** One table of named commands: what buttons and keys run, and what the list of keys says about them. */
import { PRESETS, dragWindow } from "./windowing.js";

/** @typedef {import("./viewport.js").Viewport} Viewport */
/** @typedef {import("./tools.js").Tools} Tools */
/** @typedef {import("./review.js").Review} Review */
/** @typedef {import("./heatmap.js").HeatmapControls} HeatmapControls */
/** @typedef {{viewport: Viewport, tools: Tools, review: Review, heatmap: HeatmapControls, openHelp: () => void}} Parts */
/** @typedef {{group: string, title: string, run: () => void}} Command */

const WINDOW_STEP = 0.05;
const ZOOM_STEP = 1.25;

/**
 * Build the table.
 * @param {Parts} parts
 * @returns {Map<string, Command>}
 */
export function buildCommands({ viewport, tools, review, heatmap, openHelp }) {
  const nudge = (/** @type {number} */ dx, /** @type {number} */ dy) => () =>
    viewport.setWindow({ window: dragWindow(viewport.window, dx, dy) });
  const zoom = (/** @type {number} */ factor) => () =>
    viewport.zoomAt({ x: viewport.canvas.width / 2, y: viewport.canvas.height / 2 }, factor);

  return new Map([
    command("Case", "previous-case", "Previous case", () => follow("previous-case")),
    command("Case", "next-case", "Next case", () => follow("next-case")),
    command("Case", "worklist", "Back to the worklist", () => follow("worklist")),
    command("Image", "tool-window", "Window by drag", () => tools.choose("window")),
    command("Image", "tool-zoom", "Zoom by drag", () => tools.choose("zoom")),
    command("Image", "tool-pan", "Pan by drag", () => tools.choose("pan")),
    command("Image", "invert", "Invert", () => viewport.setWindow({ inverted: !viewport.inverted })),
    command("Image", "fit", "Fit to the stage", () => viewport.fit()),
    command("Image", "actual-size", "One image pixel per screen pixel", () => viewport.actualSize()),
    command("Image", "zoom-in", "Zoom in", zoom(ZOOM_STEP)),
    command("Image", "zoom-out", "Zoom out", zoom(1 / ZOOM_STEP)),
    ...PRESETS.map(({ name, command: key, window }) =>
      command("Window", key, name, () => viewport.setWindow({ window })),
    ),
    command("Window", "window-brighter", "Brighter", nudge(0, -WINDOW_STEP)),
    command("Window", "window-darker", "Darker", nudge(0, WINDOW_STEP)),
    command("Window", "window-wider", "Wider", nudge(WINDOW_STEP, 0)),
    command("Window", "window-narrower", "Narrower", nudge(-WINDOW_STEP, 0)),
    command("Heatmap", "heatmap", "Heatmap on or off", () => heatmap.toggle()),
    command("Heatmap", "opacity-up", "More opaque", () => heatmap.changeOpacity(0.1)),
    command("Heatmap", "opacity-down", "Less opaque", () => heatmap.changeOpacity(-0.1)),
    command("Review", "agree", "Agree", () => review.choose("agree")),
    command("Review", "disagree", "Disagree", () => review.choose("disagree")),
    command("Review", "unsure", "Unsure", () => review.choose("unsure")),
    command("Review", "comment", "Write a comment", () => review.comment()),
    command("Review", "sign", "Sign review and go to next", () => review.sign()),
    command("Help", "help", "This list", openHelp),
  ]);
}

/**
 * @param {string} group
 * @param {string} name
 * @param {string} title
 * @param {() => void} run
 * @returns {[string, Command]}
 */
function command(group, name, title, run) {
  return [name, { group, title, run }];
}

/**
 * Follow a link of the toolbar, where there is one.
 * @param {string} name
 */
function follow(name) {
  const link = document.querySelector(`a[data-command="${name}"]`);
  if (link instanceof HTMLAnchorElement) link.click();
}
