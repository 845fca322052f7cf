// @ts-check
/** Joins the parts of covering: regions and answer, their drawing, the block in the panel. */
import { keepBlock } from "./block.js";
import { Covering } from "./covering.js";
import { keepRegions } from "./layer.js";

/**
 * @param {SVGElement} layer
 * @param {import("../stage/viewport.js").Viewport} viewport
 * @param {string} address Of the radiograph's what-if.
 * @param {() => import("./covering.js").Reading} reading The reading that the panel speaks of.
 * @returns {Covering}
 */
export function startCovering(layer, viewport, address, reading) {
  const covering = new Covering(viewport, address, reading);
  keepRegions(layer, viewport, covering);
  keepBlock(covering);
  return covering;
}
