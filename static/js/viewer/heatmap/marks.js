// @ts-check
/** Numbered boxes and the contour over the picture, tied to the table of zones in the panel. */
import { contourPath } from "../draw/contour.js";
import { imageToCanvas } from "../stage/transform.js";
import { element, screenTransform, shaded } from "../stage/svg.js";

/** @typedef {import("../stage/viewport.js").Drawn} Drawn */
/** @typedef {import("../draw/scene.js").HeatMap} HeatMap */
/** @typedef {import("../stage/transform.js").View} View */

/** The contour of a level above nothing at all, where "show above" is 0. */
const LEAST = 0.01;

/**
 * @param {SVGElement} layer
 * @param {import("../stage/viewport.js").Viewport} viewport
 * @param {() => number[][]} boxes x0, y0, x1, y1 in pixels of the radiograph, strongest first.
 */
export function keepMarks(layer, viewport, boxes) {
  let [key, path] = ["", ""];
  const contour = (/** @type {HeatMap} */ map, /** @type {number} */ above) => {
    if (key !== `${map.readingId} ${above}`) path = contourPath(map, Math.max(LEAST, above));
    key = `${map.readingId} ${above}`;
    return path;
  };
  const draw = (/** @type {Drawn} */ { scene, shown }) => {
    if (!scene || !shown) return layer.replaceChildren();
    const { style, above } = viewport.heatmap;
    const lines = style === "contour" ? drawContour(scene.view, contour(shown, above)) : [];
    layer.replaceChildren(...lines, ...boxes().flatMap((box, index) => drawBox(scene.view, box, index + 1)));
  };
  viewport.addEventListener("drawn", (event) => draw(/** @type {CustomEvent<Drawn>} */ (event).detail));
  for (const kind of ["pointerover", "focusin"]) document.addEventListener(kind, (event) => light(layer, event));
}

/**
 * Light the box whose number in the table has the pointer or the focus.
 * @param {SVGElement} layer
 * @param {Event} event
 */
function light(layer, event) {
  const control = event.target instanceof Element ? event.target.closest("[data-box]") : null;
  const number = control?.getAttribute("data-box") ?? "";
  if (layer.dataset.lit !== number) layer.dataset.lit = number;
  for (const group of layer.querySelectorAll("g")) group.classList.toggle("lit", group.dataset.number === number);
}

/**
 * @param {View} view
 * @param {string} path
 * @returns {SVGElement[]}
 */
function drawContour(view, path) {
  return shaded("path", { d: path, transform: screenTransform(view), class: "contour" });
}

/**
 * @param {View} view
 * @param {number[]} box
 * @param {number} number
 * @returns {Element[]}
 */
function drawBox(view, [x0, y0, x1, y1], number) {
  const ratio = window.devicePixelRatio || 1;
  const [a, b] = [imageToCanvas(view, { x: x0, y: y0 }), imageToCanvas(view, { x: x1, y: y1 })];
  const [x, y] = [Math.min(a.x, b.x) / ratio, Math.min(a.y, b.y) / ratio];
  const [width, height] = [Math.abs(a.x - b.x) / ratio, Math.abs(a.y - b.y) / ratio];
  const group = element("g", { class: "box" });
  group.dataset.number = String(number);
  group.append(...shaded("rect", { x, y, width, height, rx: 1.5 }));
  group.append(element("text", { x: x + 1, y: Math.max(14, y - 6), class: "words" }, String(number)));
  return [group];
}
