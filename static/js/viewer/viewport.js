// @ts-check
/** The stage's state, drawn once per animation frame. Draws nothing where picture, map and panel are not of one reading. */
import { Canvas2dRenderer } from "./canvas2d.js";
import { actualSize, fit, keepInSight, pan, zoomAt } from "./transform.js";
import { WebGlRenderer } from "./webgl.js";
import { AS_SENT } from "./windowing.js";

/** @typedef {import("./image.js").Image} Image */
/** @typedef {import("./image.js").HeatMap} HeatMap */
/** @typedef {import("./transform.js").Camera} Camera */
/** @typedef {import("./windowing.js").Window} Window */
/** @typedef {{image: Image, map: HeatMap | null, camera: Camera, window: Window, inverted: boolean, opacity: number, above: number}} Scene */
/** @typedef {{radiographId: string, readingId: string}} Expected What the panel beside the stage speaks of. */

export class Viewport extends EventTarget {
  /** @type {Image | null} */
  image = null;
  /** @type {HeatMap | null} */
  map = null;
  /** @type {Camera} */
  camera = { scale: 1, x: 0, y: 0 };
  /** @type {Window} */
  window = AS_SENT;
  inverted = false;
  heatmapOn = false;
  opacity = 0.6;
  above = 0.2;
  #fitted = true;
  #planned = false;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {() => Expected} expected
   */
  constructor(canvas, expected) {
    super();
    this.canvas = canvas;
    this.expected = expected;
    const gl = canvas.getContext("webgl2", { alpha: false, antialias: false });
    this.renderer = gl ? new WebGlRenderer(canvas, gl) : this.#plainRenderer();
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    canvas.addEventListener("webglcontextrestored", () => {
      this.renderer.restore();
      this.draw();
    });
    new ResizeObserver(() => this.#resize()).observe(canvas);
  }

  /** @param {Image} image */
  show(image) {
    if (!this.renderer.fits(image)) this.#replaceCanvas();
    this.image = image;
    this.#resize();
    this.fit();
  }

  /** @param {HeatMap | null} map */
  showMap(map) {
    this.map = map;
    this.draw();
  }

  /** @param {{window?: Window, inverted?: boolean}} change */
  setWindow(change) {
    Object.assign(this, change);
    this.#changed("voi-modified");
  }

  /** @param {{heatmapOn?: boolean, opacity?: number, above?: number}} change */
  setHeatmap(change) {
    Object.assign(this, change);
    this.#changed("heatmap-modified");
  }

  fit() {
    if (!this.image) return;
    this.#fitted = true;
    this.#setCamera(fit(this.image, this.canvas));
  }

  actualSize() {
    this.#move(actualSize(this.camera, this.canvas));
  }

  /**
   * @param {import("./transform.js").Point} at In device pixels.
   * @param {number} factor
   */
  zoomAt(at, factor) {
    this.#move(zoomAt(this.camera, at, factor));
  }

  /** @param {import("./transform.js").Point} by In device pixels. */
  pan(by) {
    this.#move(pan(this.camera, by));
  }

  /** Plan one drawing for the next frame. */
  draw() {
    if (this.#planned) return;
    this.#planned = true;
    requestAnimationFrame(() => {
      this.#planned = false;
      const scene = this.scene();
      this.renderer.draw(scene);
      this.#tellState(scene);
      this.dispatchEvent(new CustomEvent("drawn", { detail: scene }));
    });
  }

  /** @returns {Scene | null} What may be drawn now. */
  scene() {
    const { image, map, camera, window, inverted, opacity, above } = this;
    const { radiographId, readingId } = this.expected();
    if (!image || image.radiographId !== radiographId) return null;
    if (map && map.readingId !== readingId) return null;
    return { image, map: this.heatmapOn ? map : null, camera, window, inverted, opacity, above };
  }

  /** @param {Camera} camera */
  #move(camera) {
    if (!this.image) return;
    this.#fitted = false;
    this.#setCamera(keepInSight(camera, this.image, this.canvas));
  }

  /** @param {Camera} camera */
  #setCamera(camera) {
    this.camera = camera;
    this.#changed("camera-modified");
  }

  /** @param {string} name */
  #changed(name) {
    this.dispatchEvent(new CustomEvent(name));
    this.draw();
  }

  #resize() {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(this.canvas.clientWidth * ratio), Math.round(this.canvas.clientHeight * ratio)];
    if (width === 0 || height === 0) return;
    if (width !== this.canvas.width || height !== this.canvas.height) {
      const [dx, dy] = [(width - this.canvas.width) / 2, (height - this.canvas.height) / 2];
      Object.assign(this.canvas, { width, height });
      if (this.#fitted) this.fit();
      else this.#move(pan(this.camera, { x: dx, y: dy }));
    }
    this.draw();
  }

  /** What is on the stage, readable for tests and assistive tools. @param {Scene | null} scene */
  #tellState(scene) {
    Object.assign(this.canvas.dataset, {
      renderer: this.renderer.name,
      radiograph: scene?.image.radiographId ?? "",
      map: scene?.map?.readingId ?? "",
      center: scene?.window.center.toFixed(4) ?? "",
      width: scene?.window.width.toFixed(4) ?? "",
      inverted: String(scene?.inverted ?? false),
      scale: scene?.camera.scale.toFixed(4) ?? "",
    });
  }

  /** An image larger than any texture is drawn on a fresh canvas: one canvas never changes its kind of context. */
  #replaceCanvas() {
    const fresh = /** @type {HTMLCanvasElement} */ (this.canvas.cloneNode(false));
    this.canvas.replaceWith(fresh);
    this.canvas = fresh;
    this.renderer = this.#plainRenderer();
    new ResizeObserver(() => this.#resize()).observe(fresh);
  }

  /** @returns {Canvas2dRenderer} */
  #plainRenderer() {
    const context = this.canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("this browser draws neither with WebGL2 nor with Canvas2D");
    return new Canvas2dRenderer(this.canvas, context);
  }
}
