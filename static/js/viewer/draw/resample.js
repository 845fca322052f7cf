// @ts-check
/**
 * Values of the image at every pixel of the canvas, before any window: blended where it is enlarged, averaged where it
 * is reduced, the nearest one while the view moves. Padding never takes part; a pixel's weight says how much of it is
 * image. The shader does the same. A canvas has a million pixels: the loops call nothing and make nothing.
 */
import { TABLE_SIZE, paddingValues } from "../stage/grayscale.js";
import { canvasToImageMatrix } from "../stage/transform.js";
import { NUDGE, samplesOf } from "./scene.js";

/** @typedef {{width: number, height: number, values: Uint16Array, weights: Uint8Array}} Resampled values over the whole table, weights of 255. */
/**
 * @typedef {object} Source
 * @property {number} width
 * @property {number} height
 * @property {Uint16Array} pixels
 * @property {number} first First value of padding; above `last` where there is none.
 * @property {number} last
 * @property {number} perValue Entries of the table from one value to the next.
 */

/**
 * @param {import("./scene.js").Scene} scene
 * @param {{width: number, height: number}} canvas
 * @param {Resampled | null} into Used again where its size fits.
 * @returns {Resampled}
 */
export function resample(scene, { width, height }, into) {
  const out = into && into.width === width && into.height === height ? into : empty(width, height);
  const { image, view } = scene;
  const [first, last] = paddingValues(image.grayscale) ?? [1, 0];
  const perValue = (TABLE_SIZE - 1) / Math.max(1, image.grayscale.levels - 1);
  const source = { width: image.width, height: image.height, pixels: image.pixels, first, last, perValue };
  const n = samplesOf(scene);
  if (scene.quick) takeNearest(source, view, out);
  else if (view.scale < 1) average(source, view, n, out);
  else blend(source, view, out);
  return out;
}

/**
 * @param {number} width
 * @param {number} height
 * @returns {Resampled}
 */
function empty(width, height) {
  return { width, height, values: new Uint16Array(width * height), weights: new Uint8Array(width * height) };
}

/**
 * @param {Source} source
 * @param {import("../stage/transform.js").View} view
 * @param {Resampled} out
 */
function takeNearest({ width, height, pixels, first, last, perValue }, view, out) {
  const [a, b, c, d, e, f] = canvasToImageMatrix(view);
  for (let row = 0, i = 0; row < out.height; row += 1) {
    let x = 0.5 * a + c * (row + 0.5) + e;
    let y = 0.5 * b + d * (row + 0.5) + f;
    for (let column = 0; column < out.width; column += 1, i += 1, x += a, y += b) {
      if (x < 0 || y < 0 || x >= width || y >= height) {
        out.weights[i] = 0;
        continue;
      }
      const value = pixels[(y | 0) * width + (x | 0)];
      out.weights[i] = value >= first && value <= last ? 0 : 255;
      out.values[i] = value * perValue + 0.5;
    }
  }
}

/**
 * @param {Source} source
 * @param {import("../stage/transform.js").View} view
 * @param {number} n Samples along one side.
 * @param {Resampled} out
 */
function average({ width, height, pixels, first, last, perValue }, view, n, out) {
  const [a, b, c, d, e, f] = canvasToImageMatrix(view);
  const across = Float64Array.from({ length: n }, (_, i) => ((i + 0.5) / n - 0.5) / view.scale + NUDGE);
  const down = across.map((offset) => (offset - NUDGE) / view.aspect + NUDGE);
  for (let row = 0, i = 0; row < out.height; row += 1) {
    for (let column = 0; column < out.width; column += 1, i += 1) {
      const x = a * (column + 0.5) + c * (row + 0.5) + e;
      const y = b * (column + 0.5) + d * (row + 0.5) + f;
      if (x < 0 || y < 0 || x >= width || y >= height) {
        out.weights[i] = 0;
        continue;
      }
      let sum = 0;
      let count = 0;
      for (let v = 0; v < n; v += 1) {
        const start = Math.min(height - 1, Math.max(0, Math.floor(y + down[v]))) * width;
        for (let u = 0; u < n; u += 1) {
          const value = pixels[start + Math.min(width - 1, Math.max(0, Math.floor(x + across[u])))];
          if (value >= first && value <= last) continue;
          sum += value;
          count += 1;
        }
      }
      out.weights[i] = (255 * count) / (n * n) + 0.5;
      out.values[i] = count === 0 ? 0 : (sum / count) * perValue + 0.5;
    }
  }
}

/**
 * @param {Source} source
 * @param {import("../stage/transform.js").View} view
 * @param {Resampled} out
 */
function blend({ width, height, pixels, first, last, perValue }, view, out) {
  const [a, b, c, d, e, f] = canvasToImageMatrix(view);
  for (let row = 0, i = 0; row < out.height; row += 1) {
    for (let column = 0; column < out.width; column += 1, i += 1) {
      const x = a * (column + 0.5) + c * (row + 0.5) + e;
      const y = b * (column + 0.5) + d * (row + 0.5) + f;
      if (x < 0 || y < 0 || x >= width || y >= height) {
        out.weights[i] = 0;
        continue;
      }
      const left = Math.floor(x - 0.5);
      const upper = Math.floor(y - 0.5);
      let sum = 0;
      let total = 0;
      for (let corner = 0; corner < 4; corner += 1) {
        const u = corner & 1;
        const v = corner >> 1;
        const start = Math.min(height - 1, Math.max(0, upper + v)) * width;
        const value = pixels[start + Math.min(width - 1, Math.max(0, left + u))];
        if (value >= first && value <= last) continue;
        const share = (u ? x - 0.5 - left : left + 1.5 - x) * (v ? y - 0.5 - upper : upper + 1.5 - y);
        sum += value * share;
        total += share;
      }
      out.weights[i] = 255 * total + 0.5;
      out.values[i] = total > 0 ? (sum / total) * perValue + 0.5 : 0;
    }
  }
}
