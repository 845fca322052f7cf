// @ts-check
/** Pan by drag or arrow keys. */

const STEP = 0.05;

/**
 * @param {import("../stage/viewport.js").Viewport} viewport
 * @returns {import("./tool.js").Tool}
 */
export function panTool(viewport) {
  let last = { x: 0, y: 0 };
  return {
    name: "pan",
    points: false,
    press: ({ canvas }) => (last = canvas),
    move: ({ canvas }) => {
      viewport.pan({ x: canvas.x - last.x, y: canvas.y - last.y });
      last = canvas;
    },
    release: () => {},
    arrow: (x, y) => viewport.pan({ x: -x * STEP * viewport.canvas.width, y: -y * STEP * viewport.canvas.height }),
  };
}
