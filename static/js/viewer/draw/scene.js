// @ts-check
/** What a renderer is given: everything that decides how the stage looks, and nothing else. */

/** @typedef {import("../stage/image.js").Image} Image */
/** @typedef {import("../stage/image.js").HeatMap} HeatMap */
/** @typedef {import("../stage/transform.js").View} View */
/** @typedef {import("../stage/windowing.js").Window} Window */
/**
 * @typedef {object} Scene
 * @property {Image} image
 * @property {View} view
 * @property {Window} window
 * @property {boolean} inverted
 * @property {HeatMap | null} map The map where it is shown in colours.
 * @property {number} opacity [0, 1]
 * @property {number} above Evidence below it is transparent, [0, 1].
 * @property {import("./colours.js").Palette} palette
 * @property {boolean} quick Whether the view is moving: fewer samples, drawn again in full when it rests.
 */
/**
 * @typedef {object} Renderer
 * @property {"webgl2" | "canvas2d"} name
 * @property {(image: Image) => boolean} fits Whether an image of this size can be drawn.
 * @property {(scene: Scene | null) => void} draw A scene, or nothing but black.
 */

/** Over this much evidence above "show above" the map fades in, so that its edge is no line. */
export const FADE = 0.15;

/**
 * Samples are moved by this share of a pixel, so that those on the border of two pixels fall to the same side in the
 * single precision of the shaders and in the double precision of the processor.
 */
export const NUDGE = 1 / 1024;

/** At most this many samples along one side of a device pixel; fewer while the view moves. */
export const MOST_SAMPLES = 8;
export const QUICK_SAMPLES = 1;

/**
 * Samples along one side of a device pixel.
 * @param {Scene} scene
 * @returns {number}
 */
export function samplesOf({ view, quick }) {
  return Math.min(quick ? QUICK_SAMPLES : MOST_SAMPLES, Math.max(1, Math.ceil(1 / view.scale - 1e-6)));
}

/**
 * What a resampled picture depends on, so that a change of window need not resample.
 * @param {Scene} scene
 * @param {{width: number, height: number}} canvas
 * @returns {string}
 */
export function geometryKey({ image, view, quick }, { width, height }) {
  const { scale, x, y, turn, mirrored } = view;
  return [image.radiographId, scale, x, y, turn, mirrored, quick, width, height].join(" ");
}
