// @ts-check
/** The heatmap's scale beside the stage: one absolute range, numbers, and nothing below "show above", as on the map. */
import { need } from "../../page-data.js";
import { colourOf } from "../draw/colours.js";

/** @typedef {import("../stage/viewport.js").Drawn} Drawn */

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
