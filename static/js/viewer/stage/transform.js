// @ts-check
/**
 * Between image and canvas, pure. Image: pixels, (0, 0) its upper left corner. Canvas: device pixels, the same corner.
 * The image is first mirrored, then turned clockwise; what results is "oriented" and only then scaled and moved.
 */

/** @typedef {{width: number, height: number}} Size */
/** @typedef {{x: number, y: number}} Point */
/** @typedef {0 | 90 | 180 | 270} Turn Degrees clockwise. */
/** @typedef {{turn: Turn, mirrored: boolean}} Pose */
/** @typedef {{scale: number, x: number, y: number}} Camera canvas = oriented · scale + (x, y) */
/** @typedef {Size & {aspect: number}} Shape Rows and columns, and the height of a pixel over its width. */
/** @typedef {Camera & Pose & Shape} View Camera and pose of an image of this shape. */
/** @typedef {[number, number, number, number, number, number]} Affine x' = a x + c y + e, y' = b x + d y + f, as SVG's matrix. */

/** @type {Readonly<Pose>} */
export const AS_STORED = Object.freeze({ turn: 0, mirrored: false });
export const MIN_SCALE = 0.02;
export const MAX_SCALE = 32;

/**
 * @param {Shape} shape
 * @param {Pose} pose
 * @returns {Size} The size of the oriented image, in widths of a pixel.
 */
export function orientedSize({ width, height, aspect }, { turn }) {
  const stretched = height * aspect;
  return turn % 180 === 0 ? { width, height: stretched } : { width: stretched, height: width };
}

/**
 * @param {Pose} pose
 * @param {number} degrees Clockwise, a multiple of 90.
 * @returns {Pose}
 */
export function turned(pose, degrees) {
  return { turn: /** @type {Turn} */ ((((pose.turn + degrees) % 360) + 360) % 360), mirrored: pose.mirrored };
}

/**
 * Exchange left and right as they are seen, however the image is turned.
 * @param {Pose} pose
 * @returns {Pose}
 */
export function mirrored(pose) {
  return { turn: /** @type {Turn} */ ((360 - pose.turn) % 360), mirrored: !pose.mirrored };
}

/**
 * Show the whole oriented image, centred.
 * @param {Size} oriented
 * @param {Size} canvas
 * @returns {Camera}
 */
export function fit(oriented, canvas) {
  const scale = Math.min(canvas.width / oriented.width, canvas.height / oriented.height);
  return { scale, x: (canvas.width - oriented.width * scale) / 2, y: (canvas.height - oriented.height * scale) / 2 };
}

/**
 * One image pixel on one device pixel, the middle of the canvas staying where it is, edges on whole pixels.
 * @param {Camera} camera
 * @param {Size} canvas
 * @returns {Camera}
 */
export function actualSize(camera, canvas) {
  const { scale, x, y } = zoomAt(camera, { x: canvas.width / 2, y: canvas.height / 2 }, 1 / camera.scale);
  return { scale, x: Math.round(x), y: Math.round(y) };
}

/**
 * Zoom by a factor; what lies below `at` stays below it.
 * @param {Camera} camera
 * @param {Point} at
 * @param {number} factor
 * @returns {Camera}
 */
export function zoomAt(camera, at, factor) {
  const scale = Math.min(MAX_SCALE, Math.max(MIN_SCALE, camera.scale * factor));
  const ratio = scale / camera.scale;
  return { scale, x: at.x - (at.x - camera.x) * ratio, y: at.y - (at.y - camera.y) * ratio };
}

/**
 * @param {Camera} camera
 * @param {Point} by
 * @returns {Camera}
 */
export function pan(camera, by) {
  return { scale: camera.scale, x: camera.x + by.x, y: camera.y + by.y };
}

/**
 * Keep at least a strip of the image on the canvas, so that it cannot be lost.
 * @param {Camera} camera
 * @param {Size} oriented
 * @param {Size} canvas
 * @returns {Camera}
 */
export function keepInSight(camera, oriented, canvas) {
  const strip = 48;
  const clamp = (/** @type {number} */ at, /** @type {number} */ length, /** @type {number} */ room) =>
    Math.min(room - strip, Math.max(strip - length, at));
  return {
    scale: camera.scale,
    x: clamp(camera.x, oriented.width * camera.scale, canvas.width),
    y: clamp(camera.y, oriented.height * camera.scale, canvas.height),
  };
}

/**
 * Keep a point on the image, in hundredths of a pixel.
 * @param {Size} size Of the image.
 * @param {Point} point
 * @returns {Point}
 */
export function inside({ width, height }, { x, y }) {
  const round = (/** @type {number} */ value, /** @type {number} */ most) =>
    Math.round(Math.min(most, Math.max(0, value)) * 100) / 100;
  return { x: round(x, width), y: round(y, height) };
}

/**
 * @param {View} view
 * @returns {Affine} From image to canvas.
 */
export function imageToCanvasMatrix(view) {
  const { scale: s, x, y, turn, width, aspect } = view;
  const m = view.mirrored ? -s : s;
  const left = view.mirrored ? width : 0; // where the image's left edge is after mirroring
  const down = s * aspect;
  const height = view.height * down;
  if (turn === 0) return [m, 0, 0, down, left * s + x, y];
  if (turn === 90) return [0, m, -down, 0, height + x, left * s + y];
  if (turn === 180) return [-m, 0, 0, -down, (width - left) * s + x, height + y];
  return [0, -m, down, 0, x, (width - left) * s + y];
}

/**
 * @param {View} view
 * @returns {Affine} From canvas to image.
 */
export function canvasToImageMatrix(view) {
  return inverted(imageToCanvasMatrix(view));
}

/**
 * @param {View} view
 * @param {Point} point
 * @returns {Point}
 */
export function imageToCanvas(view, point) {
  return transformed(imageToCanvasMatrix(view), point);
}

/**
 * @param {View} view
 * @param {Point} point
 * @returns {Point}
 */
export function canvasToImage(view, point) {
  return transformed(canvasToImageMatrix(view), point);
}

/**
 * @param {Affine} matrix
 * @param {Point} point
 * @returns {Point}
 */
export function transformed([a, b, c, d, e, f], { x, y }) {
  return { x: a * x + c * y + e, y: b * x + d * y + f };
}

/**
 * @param {Affine} matrix Not singular.
 * @returns {Affine}
 */
function inverted([a, b, c, d, e, f]) {
  const area = a * d - b * c;
  return [d / area, -b / area, -c / area, a / area, (c * f - d * e) / area, (b * e - a * f) / area];
}
