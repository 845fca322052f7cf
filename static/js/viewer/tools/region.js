// @ts-check
/** Window from a region: the values inside a drawn rectangle get the whole range of greys. */
import { valuesWithin } from "../annotations/statistics.js";
import { windowBetween } from "../stage/grayscale.js";
import { rectangleTool } from "./rectangle.js";

/** Chosen: two in a hundred values at either end, a marker or a wire, do not set the window. */
const TAIL = 0.02;

/**
 * @param {import("../stage/viewport.js").Viewport} viewport
 * @param {SVGElement} layer Where the rectangle is drawn.
 * @returns {import("./tool.js").Tool}
 */
export function regionTool(viewport, layer) {
  return rectangleTool("region", viewport, layer, (corners) => applyRegion(viewport, corners));
}

/**
 * @param {import("../stage/viewport.js").Viewport} viewport
 * @param {import("../stage/transform.js").Point[]} corners
 */
function applyRegion(viewport, corners) {
  if (!viewport.image) return;
  const { grayscale } = viewport.image;
  const values = valuesWithin(viewport.image, "rectangle", corners).sort();
  if (values.length < 2) return;
  const cut = Math.floor(TAIL * (values.length - 1));
  const [low, high] = [values[cut], values[values.length - 1 - cut]];
  if (high > low) viewport.setWindow({ window: windowBetween(grayscale, low, high) });
}
