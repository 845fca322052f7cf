// @ts-check
/** Draws with Canvas2D where WebGL2 is missing: the same window from a table of 65536 greys, the map as a picture above it. */
import { colourTable } from "./colours.js";
import { greyTable } from "./windowing.js";

/** @typedef {import("./viewport.js").Scene} Scene */

export class Canvas2dRenderer {
  name = "canvas2d";
  #picture = document.createElement("canvas");
  #overlay = document.createElement("canvas");
  #pictureKey = "";
  #overlayKey = "";

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {CanvasRenderingContext2D} context
   */
  constructor(canvas, context) {
    this.canvas = canvas;
    this.context = context;
  }

  /** @returns {boolean} */
  fits() {
    return true;
  }

  restore() {}

  /**
   * Draw a scene, or nothing but black.
   * @param {Scene | null} scene
   */
  draw(scene) {
    const { canvas, context } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = "#000";
    context.fillRect(0, 0, canvas.width, canvas.height);
    if (!scene) return;
    const { scale, x, y } = scene.camera;
    context.setTransform(scale, 0, 0, scale, x, y);
    context.imageSmoothingQuality = "high";
    context.drawImage(this.#pictureOf(scene), 0, 0);
    if (!scene.map) return;
    const [x0, y0, x1, y1] = scene.map.placement;
    context.beginPath();
    context.rect(0, 0, scene.image.width, scene.image.height);
    context.save();
    context.clip();
    context.globalAlpha = scene.opacity;
    context.drawImage(this.#overlayOf(scene), x0, y0, x1 - x0, y1 - y0);
    context.restore();
  }

  /**
   * @param {Scene} scene
   * @returns {HTMLCanvasElement}
   */
  #pictureOf({ image, window, inverted }) {
    const key = `${image.radiographId} ${window.center} ${window.width} ${inverted}`;
    if (key !== this.#pictureKey) {
      const greys = greyTable(window, inverted);
      paint(this.#picture, image.width, image.height, (bytes) => {
        for (let i = 0; i < image.pixels.length; i += 1) {
          const grey = greys[image.pixels[i]];
          bytes[4 * i] = grey;
          bytes[4 * i + 1] = grey;
          bytes[4 * i + 2] = grey;
          bytes[4 * i + 3] = 255;
        }
      });
      this.#pictureKey = key;
    }
    return this.#picture;
  }

  /**
   * @param {Scene} scene
   * @returns {HTMLCanvasElement}
   */
  #overlayOf({ map, above }) {
    if (!map) return this.#overlay;
    const key = `${map.readingId} ${above}`;
    if (key !== this.#overlayKey) {
      const colours = colourTable();
      const fine = 8; // the map is enlarged before it is coloured, so that colours are those of blended values
      paint(this.#overlay, map.width * fine, map.height * fine, (bytes) => {
        for (let i = 0; i < bytes.length / 4; i += 1) {
          const column = i % (map.width * fine);
          const row = Math.floor(i / (map.width * fine));
          const evidence = blended(map, (column + 0.5) / fine, (row + 0.5) / fine);
          bytes.set(colours.subarray(4 * Math.round(evidence * 255), 4 * Math.round(evidence * 255) + 3), 4 * i);
          bytes[4 * i + 3] = 255 * Math.min(1, Math.max(0, (evidence - above) / 0.15));
        }
      });
      this.#overlayKey = key;
    }
    return this.#overlay;
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 * @param {(bytes: Uint8ClampedArray) => void} fill
 */
function paint(canvas, width, height, fill) {
  canvas.width = width;
  canvas.height = height;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const picture = context.createImageData(width, height);
  fill(picture.data);
  context.putImageData(picture, 0, 0);
}

/**
 * Blend the map's values bilinearly between cell centres.
 * @param {import("./image.js").HeatMap} map
 * @param {number} x In cells.
 * @param {number} y In cells.
 * @returns {number} [0, 1]
 */
export function blended({ width, height, values }, x, y) {
  const [left, upper] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  const [right, down] = [x - 0.5 - left, y - 0.5 - upper];
  const cell = (/** @type {number} */ column, /** @type {number} */ row) =>
    values[Math.min(height - 1, Math.max(0, row)) * width + Math.min(width - 1, Math.max(0, column))] / 65535;
  const above = cell(left, upper) * (1 - right) + cell(left + 1, upper) * right;
  const below = cell(left, upper + 1) * (1 - right) + cell(left + 1, upper + 1) * right;
  return above * (1 - down) + below * down;
}
