// @ts-check
/** A cross that the arrow keys move and Enter presses: every tool that works at a point works without a pointer. */
import { canvasToImage } from "../stage/transform.js";
import { shaded } from "../stage/svg.js";

/** @typedef {import("./tool.js").At} At */

const STEP = 16;
const FINE = 1;

export class Cursor {
  /** @type {import("../stage/transform.js").Point | null} In CSS pixels: it stays where it is on a screen of another ratio. */
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
    const { clientWidth, clientHeight } = this.viewport.canvas;
    const from = this.#from();
    const length = this.#place ? (fine ? FINE : STEP) : 0;
    this.#place = {
      x: Math.min(clientWidth - 1, Math.max(0, from.x + x * length)),
      y: Math.min(clientHeight - 1, Math.max(0, from.y + y * length)),
    };
    this.#draw(this.#place);
    return this.at();
  }

  /** @returns {At} */
  at() {
    const { width, clientWidth } = this.viewport.canvas;
    const { x, y } = this.#from();
    const place = { x: (x * width) / clientWidth, y: (y * width) / clientWidth };
    const view = this.viewport.view();
    return { canvas: place, image: view ? canvasToImage(view, place) : place, by: "keyboard" };
  }

  hide() {
    this.#place = null;
    this.layer.replaceChildren();
  }

  /** Where it is, or begins: in the middle. */
  #from() {
    const { clientWidth, clientHeight } = this.viewport.canvas;
    return this.#place ?? { x: clientWidth / 2, y: clientHeight / 2 };
  }

  /** @param {import("../stage/transform.js").Point} place */
  #draw({ x, y }) {
    this.layer.replaceChildren(...shaded("path", { d: `M${x - 12} ${y}h8m8 0h8M${x} ${y - 12}v8m0 8v8`, class: "mark" }));
  }
}
