// @ts-check
/** Angle between two arms that meet in the second point. */
import { inUnits } from "../lengths.js";
import { line } from "./kind.js";

/** @type {import("./kind.js").Kind} */
export const angle = {
  name: "angle",
  title: "Angle",
  nPoints: 3,
  isChain: true,
  hint: "Drag the first arm to the corner, then click the end of the second.",
  draw: ([a, corner, b]) => [line(a, corner), ...(b ? [line(corner, b)] : [])],
  describe: (points, { spacing }) => (points.length < 3 ? [] : [`${degrees(points, spacing).toFixed(1)}°`]),
};

/**
 * @param {import("./kind.js").Point[]} points
 * @param {import("../lengths.js").Spacing | null} spacing Pixels that are not square would bend an angle.
 * @returns {number} [0, 180]
 */
export function degrees([a, corner, b], spacing) {
  const [one, other] = [inUnits(corner, a, spacing), inUnits(corner, b, spacing)];
  const cross = one.x * other.y - one.y * other.x;
  return (Math.atan2(Math.abs(cross), one.x * other.x + one.y * other.y) * 180) / Math.PI;
}
