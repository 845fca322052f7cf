// @ts-check
/** Shapes over the picture: made in SVG, placed from image to screen. */
import { imageToCanvas, imageToCanvasMatrix } from "./transform.js";

/** @typedef {import("./transform.js").Point} Point */
/** @typedef {import("./transform.js").View} View */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {string} [text]
 * @returns {SVGElement}
 */
export function element(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}

/**
 * A line above its own dark edge, so that it is seen on white bone and on black air.
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @returns {SVGElement[]}
 */
export function shaded(name, attributes) {
  return [element(name, { ...attributes, class: `shade ${attributes.class ?? ""}` }), element(name, attributes)];
}

/**
 * @param {View} view
 * @param {Point} point In pixels of the radiograph.
 * @returns {Point} In CSS pixels of the canvas.
 */
export function toScreen(view, point) {
  const ratio = window.devicePixelRatio || 1;
  const { x, y } = imageToCanvas(view, point);
  return { x: x / ratio, y: y / ratio };
}

/**
 * @param {View} view
 * @returns {string} A transform from pixels of the radiograph to CSS pixels of the canvas.
 */
export function screenTransform(view) {
  const ratio = window.devicePixelRatio || 1;
  return `matrix(${imageToCanvasMatrix(view).map((value) => value / ratio).join(" ")})`;
}
