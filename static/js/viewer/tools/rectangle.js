// @ts-check
/** A tool that draws a rectangle, by drag or by two presses, and hands its corners on. */
import { shaded, toScreen } from "../stage/svg.js";

/** @typedef {import("../stage/transform.js").Point} Point */
/** @typedef {import("./tool.js").At} At */

/** A press that moves further than this, in CSS pixels, is a drag. */
const DRAG = 6;

/**
 * @param {string} name
 * @param {import("../stage/viewport.js").Viewport} viewport
 * @param {SVGElement} layer Where the rectangle is drawn.
 * @param {(corners: [Point, Point]) => void} done Told of opposite corners, in pixels of the radiograph.
 * @returns {import("./tool.js").Tool}
 */
export function rectangleTool(name, viewport, layer, done) {
  /** @type {Point | null} */
  let start = null;
  const clear = () => {
    start = null;
    layer.replaceChildren();
  };
  const finish = (/** @type {Point} */ end) => {
    if (start && viewport.image) done([start, end]);
    clear();
  };
  const follow = (/** @type {At} */ { image }) => {
    const view = viewport.view();
    if (!start || !view) return;
    const [a, b] = [toScreen(view, start), toScreen(view, image)];
    const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
    layer.replaceChildren(...shaded("rect", { x, y, width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y), class: "mark" }));
  };
  return {
    name,
    points: true,
    press: ({ image }) => {
      if (start) finish(image); // the second press of a reader who does not drag
      else start = image;
    },
    move: follow,
    hover: follow,
    release: ({ image }) => {
      const view = viewport.view();
      if (!start || !view) return;
      const [a, b] = [toScreen(view, start), toScreen(view, image)];
      if (Math.hypot(a.x - b.x, a.y - b.y) > DRAG) finish(image);
    },
    cancel: clear,
    isHalfDone: () => start !== null,
  };
}
