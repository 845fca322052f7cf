// @ts-check
/** Ellipse with statistics of the modality values inside. */
import { describeRegion } from "./region.js";

/** @type {import("./kind.js").Kind} */
export const ellipse = {
  name: "ellipse",
  nPoints: 2,
  draw: ([a, b]) => [
    ["ellipse", { cx: (a.x + b.x) / 2, cy: (a.y + b.y) / 2, rx: Math.abs(a.x - b.x) / 2, ry: Math.abs(a.y - b.y) / 2 }],
  ],
  describe: (points, context) => describeRegion("ellipse", points, context),
};
