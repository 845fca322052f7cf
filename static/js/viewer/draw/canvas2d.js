// @ts-check
/** Draws with Canvas2D where WebGL2 is missing, was lost or is too small: the shaders' arithmetic, on the processor. */
import { greyTable } from "../stage/grayscale.js";
import { canvasToImageMatrix, imageToCanvas } from "../stage/transform.js";
import { colourTable } from "./colours.js";
import { blended } from "./evidence.js";
import { resample } from "./resample.js";
import { FADE, geometryKey } from "./scene.js";

/** @typedef {import("./scene.js").Scene} Scene */

export class Canvas2dRenderer {
  /** @type {"canvas2d"} */
  name = "canvas2d";
  /** @type {import("./resample.js").Resampled | null} */
  #resampled = null;
  #key = "";

  /**
   * @param {HTMLCanvasElement | OffscreenCanvas} canvas
   * @param {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} context
   */
  constructor(canvas, context) {
    this.canvas = canvas;
    this.context = context;
  }

  /** @returns {boolean} */
  fits() {
    return true;
  }

  /**
   * Draw a scene, or nothing but black.
   * @param {Scene | null} scene
   */
  draw(scene) {
    const { canvas, context } = this;
    context.fillStyle = "#000";
    context.fillRect(0, 0, canvas.width, canvas.height);
    if (!scene || canvas.width === 0 || canvas.height === 0) {
      this.#resampled = null;
      this.#key = "";
      return;
    }
    const key = geometryKey(scene, canvas);
    if (key !== this.#key) this.#resampled = resample(scene, canvas, this.#resampled);
    this.#key = key;
    const picture = context.createImageData(canvas.width, canvas.height);
    if (this.#resampled) paintGreys(scene, this.#resampled, picture);
    if (scene.map) paintMap(scene, scene.map, picture);
    context.putImageData(picture, 0, 0);
  }
}

/**
 * @param {Scene} scene
 * @param {import("./resample.js").Resampled} resampled
 * @param {ImageData} picture
 */
function paintGreys({ image, window, inverted }, { values, weights }, picture) {
  const greys = greyTable(image.grayscale, window, inverted);
  const bytes = picture.data;
  for (let i = 0, at = 0; i < values.length; i += 1, at += 4) {
    const weight = weights[i];
    const grey = weight === 255 ? greys[values[i]] : (greys[values[i]] * weight) / 255;
    bytes[at] = grey;
    bytes[at + 1] = grey;
    bytes[at + 2] = grey;
    bytes[at + 3] = 255;
  }
}

/**
 * Colour the part of the canvas that the map covers.
 * @param {Scene} scene
 * @param {import("./scene.js").HeatMap} map
 * @param {ImageData} picture
 */
function paintMap({ image, view, opacity, above, palette }, map, picture) {
  const [x0, y0, x1, y1] = map.placement;
  const [first, last] = [imageToCanvas(view, { x: x0, y: y0 }), imageToCanvas(view, { x: x1, y: y1 })];
  const columns = range(first.x, last.x, picture.width);
  const rows = range(first.y, last.y, picture.height);
  const [a, b, c, d, e, f] = canvasToImageMatrix(view);
  const colours = colourTable(palette);
  const bytes = picture.data;
  const limits = { left: Math.max(0, x0), top: Math.max(0, y0), right: Math.min(image.width, x1), bottom: Math.min(image.height, y1) };
  const perCell = { x: map.width / (x1 - x0), y: map.height / (y1 - y0) };
  const isShown = shownSquares(map, above);
  for (let row = rows.first; row < rows.end; row += 1) {
    for (let column = columns.first; column < columns.end; column += 1) {
      const x = a * (column + 0.5) + c * (row + 0.5) + e;
      const y = b * (column + 0.5) + d * (row + 0.5) + f;
      if (x < limits.left || y < limits.top || x >= limits.right || y >= limits.bottom) continue;
      const across = (x - x0) * perCell.x;
      const down = (y - y0) * perCell.y;
      if (!isShown[Math.floor(down + 0.5) * (map.width + 1) + Math.floor(across + 0.5)]) continue;
      const evidence = blended(map, across, down);
      const strength = opacity * Math.min(1, Math.max(0, (evidence - above) / FADE));
      if (strength === 0) continue;
      const at = 4 * (row * picture.width + column);
      const colour = 4 * Math.round(evidence * 255);
      for (let channel = 0; channel < 3; channel += 1) {
        bytes[at + channel] += (colours[colour + channel] - bytes[at + channel]) * strength;
      }
    }
  }
}

/**
 * Which squares between the centres of four cells show anything: most of a map does not.
 * @param {import("./scene.js").HeatMap} map
 * @param {number} above
 * @returns {Uint8Array} (width + 1) by (height + 1)
 */
function shownSquares({ width, height, values }, above) {
  const squares = new Uint8Array((width + 1) * (height + 1));
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      if (values[row * width + column] / 65535 <= above) continue;
      const first = row * (width + 1) + column;
      for (const square of [first, first + 1, first + width + 1, first + width + 2]) squares[square] = 1;
    }
  }
  return squares;
}

/**
 * @param {number} one
 * @param {number} other
 * @param {number} room
 */
function range(one, other, room) {
  const clamp = (/** @type {number} */ value) => Math.min(room, Math.max(0, value));
  return { first: clamp(Math.floor(Math.min(one, other))), end: clamp(Math.ceil(Math.max(one, other))) };
}
