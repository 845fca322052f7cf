// @ts-check
/** Zoom by drag, upwards larger, about the point where the drag began. */

const STEP = 1.25;

/**
 * @param {import("../stage/viewport.js").Viewport} viewport
 * @returns {import("./tool.js").Tool}
 */
export function zoomTool(viewport) {
  let [start, last] = [{ x: 0, y: 0 }, 0];
  return {
    name: "zoom",
    points: false,
    press: ({ canvas }) => ([start, last] = [canvas, canvas.y]),
    move: ({ canvas }) => {
      viewport.zoomAt(start, Math.exp((last - canvas.y) / 200));
      last = canvas.y;
    },
    release: () => {},
    arrow: (_x, y) => zoomMiddle(viewport, y < 0 ? STEP : y > 0 ? 1 / STEP : 1),
  };
}

/**
 * Zoom about the middle of the stage.
 * @param {import("../stage/viewport.js").Viewport} viewport
 * @param {number} factor
 */
export function zoomMiddle(viewport, factor) {
  viewport.zoomAt({ x: viewport.canvas.width / 2, y: viewport.canvas.height / 2 }, factor);
}
