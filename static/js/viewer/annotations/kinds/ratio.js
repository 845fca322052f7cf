// @ts-check
/** Cardiothoracic ratio: greatest width of the heart over that of the thorax, both level on the screen. */
import { say } from "../../../words.js";
import { lengthBetween, nameSpacing, writeLength } from "../lengths.js";
import { line } from "./kind.js";

/** @type {import("./kind.js").Kind} */
export const ratio = {
  name: "cardiothoracic-ratio",
  nPoints: 4,
  draw: ([a, b, c, d]) => [line(a, b), ...(d ? [line(c, d)] : [])],
  describe: ([a, b, c, d], { image, spacing, viewPosition }) => {
    const heart = lengthBetween(a, b, spacing, image?.aspect);
    if (!d) return [say("marks.heart", { heart: writeLength(heart, spacing) })];
    const thorax = lengthBetween(c, d, spacing, image?.aspect);
    const written = { heart: writeLength(heart, spacing), thorax: writeLength(thorax, spacing), spacing: nameSpacing(spacing) };
    const ctr = say("marks.ctr", { ratio: thorax > 0 ? (heart / thorax).toFixed(2) : "–" });
    return [ctr, say("marks.widths", written), ...(viewPosition === "AP" ? [say("marks.ap")] : [])];
  },
  constrain: (points, turn) => {
    const last = points.length - 1;
    if (last % 2 === 0) return points;
    const [from, to] = [points[last - 1], points[last]];
    const level = turn % 180 === 0 ? { x: to.x, y: from.y } : { x: from.x, y: to.y };
    return [...points.slice(0, last), level];
  },
};
