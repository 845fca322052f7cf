// @ts-check
/** Arrow with words; it points to its second point. */
import { line } from "./kind.js";

const HEAD = 11;

/** @type {import("./kind.js").Kind} */
export const arrow = {
  name: "arrow",
  nPoints: 2,
  draw: ([tail, tip]) => {
    const towards = Math.atan2(tip.y - tail.y, tip.x - tail.x);
    const side = (/** @type {number} */ turn) => ({
      x: tip.x - HEAD * Math.cos(towards + turn),
      y: tip.y - HEAD * Math.sin(towards + turn),
    });
    return [line(tail, tip), line(tip, side(0.45)), line(tip, side(-0.45))];
  },
  describe: () => [],
  asksText: true,
};
