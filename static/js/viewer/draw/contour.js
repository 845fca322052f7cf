// @ts-check
/** The line along which the evidence reaches a level, by marching squares on a grid finer than the map's cells. */
import { blended } from "./evidence.js";

/** Grid points per cell: fine enough that the line is off by less than a sixteenth of a cell. */
const FINE = 8;

/**
 * Which edges a line joins, for each pattern of the corners above the level: upper left 1, upper right 2, lower right 4,
 * lower left 8. Edges: 0 upper, 1 right, 2 lower, 3 left.
 * @type {number[][]}
 */
const LINES = [
  [], [3, 0], [0, 1], [3, 1], [1, 2], [3, 0, 1, 2], [0, 2], [3, 2],
  [2, 3], [2, 0], [0, 1, 2, 3], [2, 1], [1, 3], [1, 0], [0, 3], [],
]; // prettier-ignore

/**
 * @param {import("./scene.js").HeatMap} map
 * @param {number} level
 * @returns {string} An SVG path in pixels of the radiograph; empty where nothing reaches the level.
 */
export function contourPath(map, level) {
  const [x0, y0, x1, y1] = map.placement;
  const [columns, rows] = [map.width * FINE, map.height * FINE];
  // A ring of zeros round the map closes the line where the evidence reaches its edge.
  const value = (/** @type {number} */ i, /** @type {number} */ j) =>
    i < 0 || j < 0 || i > columns || j > rows ? 0 : blended(map, i / FINE, j / FINE);
  const place = (/** @type {number} */ i, /** @type {number} */ j) =>
    `${(x0 + ((x1 - x0) * clamp(i, columns)) / columns).toFixed(1)} ${(y0 + ((y1 - y0) * clamp(j, rows)) / rows).toFixed(1)}`;
  const parts = [];
  for (let j = -1; j <= rows; j += 1) {
    for (let i = -1; i <= columns; i += 1) {
      const corners = [value(i, j), value(i + 1, j), value(i + 1, j + 1), value(i, j + 1)];
      const pattern = corners.reduce((sum, corner, bit) => sum + (corner >= level ? 1 << bit : 0), 0);
      const lines = LINES[pattern];
      for (let k = 0; k < lines.length; k += 2) {
        const [from, to] = [crossing(corners, lines[k], level), crossing(corners, lines[k + 1], level)];
        parts.push(`M${place(i + from.x, j + from.y)}L${place(i + to.x, j + to.y)}`);
      }
    }
  }
  return parts.join("");
}

/**
 * Where the level is crossed on an edge of a square.
 * @param {number[]} corners
 * @param {number} edge
 * @param {number} level
 * @returns {{x: number, y: number}} In shares of the square.
 */
function crossing(corners, edge, level) {
  const [from, to] = [corners[edge], corners[(edge + 1) % 4]];
  const share = (level - from) / (to - from);
  if (edge === 0) return { x: share, y: 0 };
  if (edge === 1) return { x: 1, y: share };
  if (edge === 2) return { x: 1 - share, y: 1 };
  return { x: 0, y: 1 - share };
}

/**
 * @param {number} value
 * @param {number} most
 */
function clamp(value, most) {
  return Math.min(most, Math.max(0, value));
}
