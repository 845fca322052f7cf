// @ts-check
/** Angle between two arms that meet in the second point. */
import { say } from "../../../words.js";
import { inUnits } from "../lengths.js";
import { line } from "./kind.js";

/** @type {import("./kind.js").Kind} */
export const angle = {
  name: "angle",
  nPoints: 3,
  isChain: true,
  draw: ([a, corner, b]) => [line(a, corner), ...(b ? [line(corner, b)] : [])],
  describe: (points, { image, spacing }) => (points.length < 3 ? [] : [say("marks.degrees", { value: degrees(points, spacing, image?.aspect).toFixed(1) })]),
};

/**
 * @param {import("./kind.js").Point[]} points
 * @param {import("../lengths.js").Spacing | null} spacing Pixels that are not square would bend an angle.
 * @param {number} [aspect]
 * @returns {number} [0, 180]
 */
export function degrees([a, corner, b], spacing, aspect) {
  const [one, other] = [inUnits(corner, a, spacing, aspect), inUnits(corner, b, spacing, aspect)];
  const cross = one.x * other.y - one.y * other.x;
  return (Math.atan2(Math.abs(cross), one.x * other.x + one.y * other.y) * 180) / Math.PI;
}
