// @ts-check
/** A cross that the arrow keys move and Enter presses: every tool that works at a point works without a pointer. */
import { canvasToImage } from "../stage/transform.js";
import { shaded } from "../stage/svg.js";

/** @typedef {import("./tool.js").At} At */

const STEP = 16;
const FINE = 1;

export class Cursor {
  /** @type {import("../stage/transform.js").Point | null} In device pixels. */
  #place = null;

  /**
   * @param {SVGElement} layer
   * @param {import("../stage/viewport.js").Viewport} viewport
   */
  constructor(layer, viewport) {
    this.layer = layer;
    this.viewport = viewport;
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {boolean} fine
   * @returns {At} Where it is now.
   */
  step(x, y, fine) {
    const { canvas } = this.viewport;
    const ratio = window.devicePixelRatio || 1;
    const from = this.#place ?? { x: canvas.width / 2, y: canvas.height / 2 };
    const length = this.#place ? (fine ? FINE : STEP) * ratio : 0;
    this.#place = {
      x: Math.min(canvas.width - 1, Math.max(0, from.x + x * length)),
      y: Math.min(canvas.height - 1, Math.max(0, from.y + y * length)),
    };
    this.#draw(ratio);
    return this.at();
  }

  /** @returns {At} */
  at() {
    const { canvas } = this.viewport;
    const place = this.#place ?? { x: canvas.width / 2, y: canvas.height / 2 };
    const view = this.viewport.view();
    return { canvas: place, image: view ? canvasToImage(view, place) : place, by: "keyboard" };
  }

  hide() {
    this.#place = null;
    this.layer.replaceChildren();
  }

  /** @param {number} ratio */
  #draw(ratio) {
    if (!this.#place) return;
    const [x, y] = [this.#place.x / ratio, this.#place.y / ratio];
    this.layer.replaceChildren(...shaded("path", { d: `M${x - 12} ${y}h8m8 0h8M${x} ${y - 12}v8m0 8v8`, class: "mark" }));
  }
}
