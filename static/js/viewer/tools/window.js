// @ts-check
/** Window by drag: to the right widens, downwards darkens; the arrow keys do the same in steps. */
import { dragWindow } from "../stage/windowing.js";

const STEP = 0.05;

/**
 * @param {import("../stage/viewport.js").Viewport} viewport
 * @returns {import("./tool.js").Tool}
 */
export function windowTool(viewport) {
  let last = { x: 0, y: 0 };
  const by = (/** @type {number} */ dx, /** @type {number} */ dy) =>
    viewport.setWindow({ window: dragWindow(viewport.window, dx, dy) });
  return {
    name: "window",
    points: false,
    press: ({ canvas }) => (last = canvas),
    move: ({ canvas }) => {
      by((canvas.x - last.x) / viewport.canvas.width, (canvas.y - last.y) / viewport.canvas.height);
      last = canvas;
    },
    release: () => {},
    arrow: (x, y) => by(x * STEP, y * STEP),
  };
}
