// @ts-check
/** Ruler: a length, and the spacing that it rests on. */
import { lengthBetween, nameSpacing, writeLength } from "../lengths.js";
import { line } from "./kind.js";

/** @type {import("./kind.js").Kind} */
export const ruler = {
  name: "ruler",
  nPoints: 2,
  draw: ([a, b]) => [line(a, b), ...[a, b].map((end) => tick(end, a, b))],
  describe: ([a, b], { image, spacing }) => [
    `${writeLength(lengthBetween(a, b, spacing, image?.aspect), spacing)} · ${nameSpacing(spacing)}`,
  ],
};

/**
 * @param {import("./kind.js").Point} at
 * @param {import("./kind.js").Point} a
 * @param {import("./kind.js").Point} b
 */
function tick(at, a, b) {
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const [x, y] = [(-(b.y - a.y) / length) * 5, ((b.x - a.x) / length) * 5];
  return line({ x: at.x - x, y: at.y - y }, { x: at.x + x, y: at.y + y });
}
