// @ts-check
/** Lengths and areas on the radiograph, in mm where the file gives a spacing, and always with the place where they hold. */

/** @typedef {import("../stage/transform.js").Point} Point */
/** @typedef {{row_mm: number, column_mm: number, at_detector: boolean}} Spacing */

/**
 * @param {Point} a
 * @param {Point} b
 * @param {Spacing | null} spacing
 * @returns {number} In mm, or in pixels without a spacing.
 */
export function lengthBetween(a, b, spacing) {
  const { x, y } = inUnits(a, b, spacing);
  return Math.hypot(x, y);
}

/**
 * @param {Point} a
 * @param {Point} b
 * @param {Spacing | null} spacing
 * @returns {Point} From a to b, in mm or pixels.
 */
export function inUnits(a, b, spacing) {
  return { x: (b.x - a.x) * (spacing?.column_mm ?? 1), y: (b.y - a.y) * (spacing?.row_mm ?? 1) };
}

/**
 * Write a length: `84.2 mm`, `590 px`.
 * @param {number} value
 * @param {Spacing | null} spacing
 * @returns {string}
 */
export function writeLength(value, spacing) {
  return spacing ? `${value.toFixed(1)} mm` : `${value.toFixed(0)} px`;
}

/**
 * Write an area of pixels: `12.3 cm²`, `5904 px`.
 * @param {number} nPixels
 * @param {Spacing | null} spacing
 * @returns {string}
 */
export function writeArea(nPixels, spacing) {
  return spacing ? `${((nPixels * spacing.row_mm * spacing.column_mm) / 100).toFixed(2)} cm²` : `${nPixels} px`;
}

/**
 * Name the spacing that a length rests on.
 * @param {Spacing | null} spacing
 * @returns {string}
 */
export function nameSpacing(spacing) {
  if (!spacing) return "no spacing in the file";
  return spacing.at_detector ? "at detector" : "pixel spacing";
}
