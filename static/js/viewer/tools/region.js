// @ts-check
/** Window from a region: the values inside a drawn rectangle get the whole range of greys. */
import { valuesWithin } from "../annotations/statistics.js";
import { windowBetween } from "../stage/grayscale.js";
import { shaded, toScreen } from "../stage/svg.js";

/** Chosen: two in a hundred values at either end, a marker or a wire, do not set the window. */
const TAIL = 0.02;

/**
 * @param {import("../stage/viewport.js").Viewport} viewport
 * @param {SVGElement} layer Where the rectangle is drawn.
 * @returns {import("./tool.js").Tool}
 */
export function regionTool(viewport, layer) {
  /** @type {import("../stage/transform.js").Point | null} */
  let start = null;
  const clear = () => {
    start = null;
    layer.replaceChildren();
  };
  const finish = (/** @type {import("../stage/transform.js").Point} */ end) => {
    if (start && viewport.image) applyRegion(viewport, [start, end]);
    clear();
  };
  const follow = (/** @type {import("./tool.js").At} */ { image }) => {
    const view = viewport.view();
    if (!start || !view) return;
    const [a, b] = [toScreen(view, start), toScreen(view, image)];
    const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
    layer.replaceChildren(...shaded("rect", { x, y, width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y), class: "mark" }));
  };
  return {
    name: "region",
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
      if (Math.hypot(a.x - b.x, a.y - b.y) > 6) finish(image);
    },
    cancel: clear,
  };
}

/**
 * @param {import("../stage/viewport.js").Viewport} viewport
 * @param {import("../stage/transform.js").Point[]} corners
 */
function applyRegion(viewport, corners) {
  if (!viewport.image) return;
  const { grayscale } = viewport.image;
  const values = valuesWithin(viewport.image, "rectangle", corners).sort();
  if (values.length < 2) return;
  const cut = Math.floor(TAIL * (values.length - 1));
  const [low, high] = [values[cut], values[values.length - 1 - cut]];
  if (high > low) viewport.setWindow({ window: windowBetween(grayscale, low, high) });
}
