// @ts-check
/** What lies over the picture: numbered boxes, window and zoom in the corner, the heatmap's scale. */
import { need } from "../page-data.js";
import { colourOf } from "./colours.js";
import { imageToCanvas } from "./transform.js";
import { describeWindow } from "./windowing.js";

/** @typedef {import("./viewport.js").Scene} Scene */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Keep boxes and corner texts in line with what is drawn.
 * @param {import("./viewport.js").Viewport} viewport
 * @param {() => number[][]} boxes x0, y0, x1, y1 in pixels of the radiograph, strongest first.
 */
export function keepOverlays(viewport, boxes) {
  const layer = need("[data-stage]").querySelector("[data-boxes]");
  viewport.addEventListener("drawn", (event) => {
    const scene = /** @type {CustomEvent<Scene | null>} */ (event).detail;
    const shown = scene?.map ? boxes() : [];
    layer?.replaceChildren(...shown.flatMap((box, index) => (scene ? drawBox(scene, box, index + 1) : [])));
    need("[data-window-state]").textContent = scene ? describeWindow(scene.window, scene.inverted) : "";
    need("[data-zoom-state]").textContent = scene ? `Zoom ${scene.camera.scale.toFixed(2)}` : "";
    document.querySelector('[data-command="invert"]')?.setAttribute("aria-pressed", String(viewport.inverted));
  });
}

/**
 * Paint the scale beside the stage; below "show above" it is empty, as the map is.
 * @param {number} above
 */
export function drawColours(above) {
  const canvas = /** @type {HTMLCanvasElement} */ (need("[data-heat-colours]"));
  const context = canvas.getContext("2d");
  if (!context) return;
  context.clearRect(0, 0, canvas.width, canvas.height);
  for (let y = 0; y < canvas.height; y += 1) {
    const value = 1 - y / (canvas.height - 1);
    if (value < above) break;
    context.fillStyle = `rgb(${colourOf(value).join(" ")})`;
    context.fillRect(0, y, canvas.width, 1);
  }
}

/**
 * @param {Scene} scene
 * @param {number[]} box
 * @param {number} number
 * @returns {Element[]}
 */
function drawBox(scene, [x0, y0, x1, y1], number) {
  const ratio = window.devicePixelRatio || 1;
  const first = imageToCanvas(scene.camera, { x: x0, y: y0 });
  const last = imageToCanvas(scene.camera, { x: x1, y: y1 });
  const place = {
    x: first.x / ratio,
    y: first.y / ratio,
    width: (last.x - first.x) / ratio,
    height: (last.y - first.y) / ratio,
    rx: 1.5,
  };
  const text = element("text", { x: place.x + 1, y: Math.max(14, place.y - 6) });
  text.textContent = String(number);
  return [element("rect", { ...place, class: "shade" }), element("rect", place), text];
}

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @returns {Element}
 */
function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}
