// @ts-check
/** Modality values inside a rectangle or an ellipse, and what can be said of them. Padding does not count. */
import { isPadding, modalityOf } from "../stage/grayscale.js";

/** @typedef {import("../stage/image.js").Image} Image */
/** @typedef {import("../stage/transform.js").Point} Point */
/** @typedef {{n: number, mean: number, deviation: number, least: number, most: number}} Statistics */

/**
 * @param {Image} image
 * @param {"rectangle" | "ellipse"} shape
 * @param {Point[]} corners Two opposite corners of the shape's box.
 * @returns {Float64Array} Values of the pixels whose middle lies inside.
 */
export function valuesWithin({ width, height, pixels, grayscale }, shape, [a, b]) {
  const [x0, x1] = [Math.min(a.x, b.x), Math.max(a.x, b.x)];
  const [y0, y1] = [Math.min(a.y, b.y), Math.max(a.y, b.y)];
  const first = { x: Math.max(0, Math.ceil(x0 - 0.5)), y: Math.max(0, Math.ceil(y0 - 0.5)) };
  const end = { x: Math.min(width, Math.ceil(x1 - 0.5)), y: Math.min(height, Math.ceil(y1 - 0.5)) };
  const values = new Float64Array(Math.max(0, end.x - first.x) * Math.max(0, end.y - first.y));
  let n = 0;
  for (let y = first.y; y < end.y; y += 1) {
    for (let x = first.x; x < end.x; x += 1) {
      if (shape === "ellipse" && !isInEllipse(x + 0.5, y + 0.5, x0, y0, x1, y1)) continue;
      const value = modalityOf(grayscale, pixels[y * width + x]);
      if (!isPadding(grayscale, value)) values[n++] = value;
    }
  }
  return values.subarray(0, n);
}

/**
 * @param {Float64Array} values
 * @returns {Statistics | null} `null` without values.
 */
export function statisticsOf(values) {
  if (values.length === 0) return null;
  let [sum, least, most] = [0, Infinity, -Infinity];
  for (const value of values) {
    sum += value;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const mean = sum / values.length;
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  return { n: values.length, mean, deviation: Math.sqrt(squares / values.length), least, most };
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} x0
 * @param {number} y0
 * @param {number} x1
 * @param {number} y1
 */
function isInEllipse(x, y, x0, y0, x1, y1) {
  const across = (x - (x0 + x1) / 2) / ((x1 - x0) / 2);
  const down = (y - (y0 + y1) / 2) / ((y1 - y0) / 2);
  return across * across + down * down <= 1;
}
