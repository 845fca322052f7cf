// @ts-check
/** What rectangle and ellipse say of the values inside them. */
import { say } from "../../../words.js";
import { nameSpacing, writeArea } from "../lengths.js";
import { statisticsOf, valuesWithin } from "../statistics.js";

/**
 * @param {"rectangle" | "ellipse"} shape
 * @param {import("./kind.js").Point[]} points
 * @param {import("./kind.js").Context} context
 * @returns {string[]}
 */
export function describeRegion(shape, points, { image, spacing }) {
  const found = image && statisticsOf(valuesWithin(image, shape, points));
  if (!found) return [say("marks.no_pixels")];
  const number = (/** @type {number} */ value) => String(Number(value.toFixed(1)));
  const area = spacing ? `${writeArea(found.n, spacing)} · ${nameSpacing(spacing)}` : writeArea(found.n, spacing);
  return [
    say("marks.mean", { mean: number(found.mean), deviation: number(found.deviation) }),
    say("marks.extent", { least: number(found.least), most: number(found.most), area }),
  ];
}
