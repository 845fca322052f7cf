// @ts-check
/** Cardiothoracic ratio: greatest width of the heart over that of the thorax, both level on the screen. */
import { lengthBetween, nameSpacing, writeLength } from "../lengths.js";
import { line } from "./kind.js";

/** @type {import("./kind.js").Kind} */
export const ratio = {
  name: "cardiothoracic-ratio",
  title: "Cardiothoracic ratio",
  nPoints: 4,
  hint: "Drag across the heart, then across the thorax between the inner edges of the ribs.",
  draw: ([a, b, c, d]) => [line(a, b), ...(d ? [line(c, d)] : [])],
  describe: ([a, b, c, d], { spacing, viewPosition }) => {
    const heart = lengthBetween(a, b, spacing);
    if (!d) return [`heart ${writeLength(heart, spacing)}`];
    const thorax = lengthBetween(c, d, spacing);
    const widths = `heart ${writeLength(heart, spacing)} / thorax ${writeLength(thorax, spacing)} · ${nameSpacing(spacing)}`;
    const lines = [`CTR ${thorax > 0 ? (heart / thorax).toFixed(2) : "–"}`, widths];
    return viewPosition === "AP" ? [...lines, "AP: the heart is drawn larger than on PA"] : lines;
  },
  constrain: (points, turn) => {
    const last = points.length - 1;
    if (last % 2 === 0) return points;
    const [from, to] = [points[last - 1], points[last]];
    const level = turn % 180 === 0 ? { x: to.x, y: from.y } : { x: from.x, y: to.y };
    return [...points.slice(0, last), level];
  },
};
