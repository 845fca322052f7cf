// @ts-check
/** Lengths and areas on the radiograph, in mm where the file gives a spacing, and always with the place where they hold. */
import { say } from "../../words.js";

/** @typedef {import("../stage/transform.js").Point} Point */
/** @typedef {{row_mm: number, column_mm: number, at_detector: boolean}} Spacing */

/**
 * @param {Point} a
 * @param {Point} b
 * @param {Spacing | null} spacing
 * @param {number} [aspect] Height of a pixel over its width, for an image without a spacing.
 * @returns {number} In mm, or in widths of a pixel without a spacing.
 */
export function lengthBetween(a, b, spacing, aspect) {
  const { x, y } = inUnits(a, b, spacing, aspect);
  return Math.hypot(x, y);
}

/**
 * @param {Point} a
 * @param {Point} b
 * @param {Spacing | null} spacing
 * @param {number} [aspect]
 * @returns {Point} From a to b, in mm or widths of a pixel.
 */
export function inUnits(a, b, spacing, aspect = 1) {
  return { x: (b.x - a.x) * (spacing?.column_mm ?? 1), y: (b.y - a.y) * (spacing?.row_mm ?? aspect) };
}

/**
 * Write a length: `84.2 mm`, `590 px`.
 * @param {number} value
 * @param {Spacing | null} spacing
 * @returns {string}
 */
export function writeLength(value, spacing) {
  return spacing ? say("marks.mm", { value: value.toFixed(1) }) : say("marks.px", { value: value.toFixed(0) });
}

/**
 * Write an area of pixels: `12.3 cm²`, `5904 px`.
 * @param {number} nPixels
 * @param {Spacing | null} spacing
 * @returns {string}
 */
export function writeArea(nPixels, spacing) {
  if (!spacing) return say("marks.px", { value: nPixels });
  return say("marks.cm2", { value: ((nPixels * spacing.row_mm * spacing.column_mm) / 100).toFixed(2) });
}

/**
 * Name the spacing that a length rests on.
 * @param {Spacing | null} spacing
 * @returns {string}
 */
export function nameSpacing(spacing) {
  if (!spacing) return say("marks.no_spacing");
  return spacing.at_detector ? say("marks.at_detector") : say("marks.spacing");
}
