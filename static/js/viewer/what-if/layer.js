// @ts-check
/** Draws the covered regions over the picture. */
import { element, toScreen } from "../stage/svg.js";

/** @typedef {import("../stage/transform.js").View} View */

/**
 * Keep the layer in line with picture and regions.
 * @param {SVGElement} layer
 * @param {import("../stage/viewport.js").Viewport} viewport
 * @param {import("./covering.js").Covering} covering
 */
export function keepRegions(layer, viewport, covering) {
  const draw = () => {
    const { scene } = viewport.drawn();
    layer.replaceChildren(...(scene ? covering.regions.map((region) => drawRegion(scene.view, region)) : []));
  };
  viewport.addEventListener("drawn", draw);
  covering.addEventListener("changed", draw);
}

/**
 * @param {View} view
 * @param {import("./covering.js").Region} region
 * @returns {SVGElement}
 */
function drawRegion(view, { x0, y0, x1, y1 }) {
  const [a, b] = [toScreen(view, { x: x0, y: y0 }), toScreen(view, { x: x1, y: y1 })];
  const place = { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) };
  const group = element("g", { class: "covered-region" });
  group.append(element("rect", { ...place, class: "shade" }), element("rect", place));
  return group;
}
