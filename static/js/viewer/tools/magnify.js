// @ts-check
/** Magnifier: follows the pointer; on a touch screen, the finger that is down. */

/**
 * @param {import("../stage/lens.js").Lens} lens
 * @returns {import("./tool.js").Tool}
 */
export function magnifyTool(lens) {
  return {
    name: "magnify",
    points: true,
    press: ({ canvas }) => lens.show(canvas),
    move: ({ canvas }) => lens.show(canvas),
    release: ({ by }) => {
      if (by === "touch") lens.hide();
    },
    hover: ({ canvas }) => lens.show(canvas),
    cancel: () => lens.hide(),
  };
}
