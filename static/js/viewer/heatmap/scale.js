// @ts-check
/** The heatmap's scale beside the stage: one absolute range, numbers, and nothing below "show above", as on the map. */
import { need } from "../../page-data.js";
import { colourOf } from "../draw/colours.js";

/** @typedef {import("../stage/viewport.js").Drawn} Drawn */

/** What the scale takes of the pane, as `stage.css` places it, in CSS pixels. */
const WIDTH = 64;
const LENGTH = 214;
/** What it leaves to the corners above and below it together. */
const CORNERS = 130;

/**
 * Where the scale stands, for what must not lie under it.
 * @param {import("../stage/transform.js").Size} room The pane.
 * @returns {{x: number, y: number, width: number, height: number}} All in CSS pixels.
 */
export function placeOfScale({ width, height }) {
  const length = Math.max(0, Math.min(LENGTH, height - CORNERS));
  return { x: width - WIDTH, y: (height - length) / 2, width: WIDTH, height: length };
}

/** @param {import("../stage/viewport.js").Viewport} viewport */
export function keepScale(viewport) {
  const box = need("[data-heat-scale]");
  const canvas = /** @type {HTMLCanvasElement} */ (need("[data-heat-colours]", box));
  const mark = need("[data-heat-above]", box);
  let painted = "";
  viewport.addEventListener("drawn", (event) => {
    const { shown } = /** @type {CustomEvent<Drawn>} */ (event).detail;
    const { above, palette, style } = viewport.heatmap;
    box.hidden = shown === null;
    const key = `${above} ${palette} ${style}`;
    if (key === painted) return;
    painted = key;
    paint(canvas, above, style === "contour" ? null : palette);
    mark.style.insetBlockEnd = `${above * 100}%`;
    mark.dataset.value = above.toFixed(2);
  });
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} above
 * @param {import("../draw/colours.js").Palette | null} palette `null` for the contour, which has no colours.
 */
function paint(canvas, above, palette) {
  const context = canvas.getContext("2d");
  if (!context) return;
  context.clearRect(0, 0, canvas.width, canvas.height);
  for (let y = 0; y < canvas.height && palette; y += 1) {
    const value = 1 - y / (canvas.height - 1);
    if (value < above) break;
    context.fillStyle = `rgb(${colourOf(value, palette).join(" ")})`;
    context.fillRect(0, y, canvas.width, 1);
  }
}
