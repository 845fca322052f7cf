// @ts-check
/** The map's value anywhere on the radiograph. */

/**
 * Blend the map's values bilinearly between cell centres.
 * @param {{width: number, height: number, values: Uint16Array}} map
 * @param {number} x In cells.
 * @param {number} y In cells.
 * @returns {number} [0, 1]
 */
export function blended({ width, height, values }, x, y) {
  const left = Math.floor(x - 0.5);
  const upper = Math.floor(y - 0.5);
  const right = x - 0.5 - left;
  const down = y - 0.5 - upper;
  const c0 = Math.min(width - 1, Math.max(0, left));
  const c1 = Math.min(width - 1, Math.max(0, left + 1));
  const r0 = Math.min(height - 1, Math.max(0, upper)) * width;
  const r1 = Math.min(height - 1, Math.max(0, upper + 1)) * width;
  const above = values[r0 + c0] * (1 - right) + values[r0 + c1] * right;
  const below = values[r1 + c0] * (1 - right) + values[r1 + c1] * right;
  return (above * (1 - down) + below * down) / 65535;
}

/**
 * The map's value at a point of the radiograph.
 * @param {import("./scene.js").HeatMap} map
 * @param {import("../stage/transform.js").Point} point In pixels of the radiograph.
 * @returns {number | null} `null` outside the map.
 */
export function evidenceAt(map, { x, y }) {
  const [x0, y0, x1, y1] = map.placement;
  if (x < x0 || y < y0 || x >= x1 || y >= y1) return null;
  return blended(map, ((x - x0) / (x1 - x0)) * map.width, ((y - y0) / (y1 - y0)) * map.height);
}
