// @ts-check
/** Rectangle with statistics of the modality values inside. */
import { describeRegion } from "./region.js";

/** @type {import("./kind.js").Kind} */
export const rectangle = {
  name: "rectangle",
  nPoints: 2,
  draw: ([a, b]) => [
    ["rect", { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) }],
  ],
  describe: (points, context) => describeRegion("rectangle", points, context),
};
