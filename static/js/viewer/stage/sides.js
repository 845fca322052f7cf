// @ts-check
/** The patient's sides at the edges of the picture: they turn and mirror with it, so a mirrored view cannot pass as plain. */
import { placeOfScale } from "../heatmap/scale.js";
import { element, toScreen } from "./svg.js";

/** @typedef {import("./transform.js").View} View */
/** @typedef {import("./viewport.js").Drawn} Drawn */

const INSET = 16;

/**
 * Keep the letters at the edges in line with what is drawn.
 * @param {SVGElement} layer
 * @param {import("./viewport.js").Viewport} viewport
 * @param {{turn: import("./transform.js").Turn}} upright The turn that puts the patient upright; then the patient's
 *   right is taken to be at the left, as for every frontal radiograph. The marker in the picture has the last word.
 * @param {() => boolean} isFrontal Whether it is known to be frontal; a lateral view has no such sides.
 */
export function keepSides(layer, viewport, upright, isFrontal) {
  viewport.addEventListener("drawn", (event) => {
    const { scene, shown } = /** @type {CustomEvent<Drawn>} */ (event).detail;
    if (!scene || !isFrontal()) return layer.replaceChildren();
    const { clientWidth: width, clientHeight: height } = viewport.canvas;
    const right = shown ? placeOfScale({ width, height }).x : width;
    layer.replaceChildren(...sideLetters(scene.view, upright.turn).map(draw(scene.view, right - INSET)));
  });
}

/**
 * Which letter stands at which edge of the stored image.
 * @param {import("./transform.js").Size} size
 * @param {number} uprightTurn
 * @returns {{letter: "R" | "L", at: import("./transform.js").Point}[]} In pixels of the radiograph.
 */
export function sideLetters({ width, height }, uprightTurn) {
  const edges = [
    { x: 0, y: height / 2 },
    { x: width / 2, y: height },
    { x: width, y: height / 2 },
    { x: width / 2, y: 0 },
  ];
  // After a turn of 90° clockwise the lower edge of the stored image is at the left.
  const first = uprightTurn / 90;
  return [
    { letter: "R", at: edges[first] },
    { letter: "L", at: edges[(first + 2) % 4] },
  ];
}

/**
 * @param {View} view
 * @param {number} most How far to the right a letter may stand, in CSS pixels: the heatmap's scale must not cover it.
 */
function draw(view, most) {
  const middle = toScreen(view, { x: view.width / 2, y: view.height / 2 });
  return (/** @type {{letter: string, at: import("./transform.js").Point}} */ { letter, at }) => {
    const edge = toScreen(view, at);
    const length = Math.hypot(middle.x - edge.x, middle.y - edge.y) || 1;
    const x = Math.min(most, edge.x + ((middle.x - edge.x) / length) * INSET);
    const y = edge.y + ((middle.y - edge.y) / length) * INSET;
    return element("text", { x, y, class: "side" }, letter);
  };
}
