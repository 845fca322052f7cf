// @ts-check
/** The magnifier: a round window that shows the picture below the pointer larger, with the same greys and map. */
import { Canvas2dRenderer } from "../draw/canvas2d.js";
import { canvasToImage, imageToCanvas } from "./transform.js";

/** @typedef {import("./transform.js").Point} Point */

const MAGNIFICATION = 3;
const LEAST_SCALE = 1.5;

export class Lens {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import("./viewport.js").Viewport} viewport
   */
  constructor(canvas, viewport) {
    this.canvas = canvas;
    this.viewport = viewport;
    const context = canvas.getContext("2d", { alpha: false });
    this.renderer = context && new Canvas2dRenderer(canvas, context);
  }

  /** @param {Point} at In device pixels of the stage's canvas. */
  show(at) {
    const { scene } = this.viewport.drawn();
    if (!scene || !this.renderer) return;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.hidden = false;
    const side = Math.round(this.canvas.clientWidth * ratio);
    if (this.canvas.width !== side) Object.assign(this.canvas, { width: side, height: side });
    this.canvas.style.translate = `${at.x / ratio - side / ratio / 2}px ${at.y / ratio - side / ratio / 2}px`;
    const scale = Math.max(LEAST_SCALE, scene.view.scale * MAGNIFICATION);
    const looked = imageToCanvas({ ...scene.view, scale, x: 0, y: 0 }, canvasToImage(scene.view, at));
    const view = { ...scene.view, scale, x: side / 2 - looked.x, y: side / 2 - looked.y };
    this.renderer.draw({ ...scene, view, quick: false });
  }

  hide() {
    this.canvas.hidden = true;
    this.renderer?.draw(null);
  }
}
