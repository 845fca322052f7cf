// @ts-check
/** Between image and canvas, pure. Image: pixels, (0, 0) upper left corner. Canvas: device pixels, the same corner. */

/** @typedef {{scale: number, x: number, y: number}} Camera canvas = image · scale + (x, y) */
/** @typedef {{width: number, height: number}} Size */
/** @typedef {{x: number, y: number}} Point */

export const MIN_SCALE = 0.02;
export const MAX_SCALE = 32;

/**
 * Show the whole image, centred.
 * @param {Size} image
 * @param {Size} canvas
 * @returns {Camera}
 */
export function fit(image, canvas) {
  const scale = Math.min(canvas.width / image.width, canvas.height / image.height);
  return centred(image, canvas, scale);
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
 * @param {Size} image
 * @param {Size} canvas
 * @returns {Camera}
 */
export function keepInSight(camera, image, canvas) {
  const strip = 48;
  const clamp = (/** @type {number} */ at, /** @type {number} */ length, /** @type {number} */ room) =>
    Math.min(room - strip, Math.max(strip - length, at));
  return {
    scale: camera.scale,
    x: clamp(camera.x, image.width * camera.scale, canvas.width),
    y: clamp(camera.y, image.height * camera.scale, canvas.height),
  };
}

/**
 * @param {Camera} camera
 * @param {Point} point
 * @returns {Point}
 */
export function imageToCanvas({ scale, x, y }, point) {
  return { x: point.x * scale + x, y: point.y * scale + y };
}

/**
 * @param {Camera} camera
 * @param {Point} point
 * @returns {Point}
 */
export function canvasToImage({ scale, x, y }, point) {
  return { x: (point.x - x) / scale, y: (point.y - y) / scale };
}

/**
 * @param {Size} image
 * @param {Size} canvas
 * @param {number} scale
 * @returns {Camera}
 */
function centred(image, canvas, scale) {
  return { scale, x: (canvas.width - image.width * scale) / 2, y: (canvas.height - image.height * scale) / 2 };
}
