// @ts-check
/** The state of one picture on the stage, drawn once per animation frame; draws nothing that is not of one reading. */
import { hasGraphicsCard } from "../draw/graphics.js";
import { fetchWebGl, makePlainRenderer, makeRenderer } from "../draw/renderer.js";
import * as transform from "./transform.js";
import { AS_SENT, within } from "./windowing.js";

/** @typedef {import("./image.js").Image} Image */
/** @typedef {import("./image.js").HeatMap} HeatMap */
/** @typedef {import("./transform.js").Camera} Camera */
/** @typedef {import("./transform.js").Point} Point */
/** @typedef {import("./transform.js").Pose} Pose */
/** @typedef {import("./windowing.js").Window} Window */
/** @typedef {import("../draw/scene.js").Scene} Scene */
/** @typedef {import("../draw/scene.js").Renderer} Renderer */
/** @typedef {{radiographId: string, readingId: string}} Expected What the panel beside the stage speaks of. */
/**
 * @typedef {object} HeatmapState
 * @property {boolean} on
 * @property {boolean} hidden For the moment, while it blinks.
 * @property {"colours" | "contour"} style
 * @property {number} opacity
 * @property {number} above
 * @property {import("../draw/colours.js").Palette} palette
 */
/** @typedef {{scene: Scene | null, shown: HeatMap | null}} Drawn What was drawn, and the map that it shows in any style. */

const REST_MS = 120;

export class Viewport extends EventTarget {
  /** @type {Image | null} */
  image = null;
  /** @type {HeatMap | null} */
  map = null;
  /** @type {Camera} */
  camera = { scale: 1, x: 0, y: 0 };
  /** @type {Pose} */
  pose = transform.AS_STORED;
  /** @type {Window} */
  window = AS_SENT;
  inverted = false;
  /** @type {HeatmapState} */
  heatmap = { on: false, hidden: false, style: "colours", opacity: 0.6, above: 0.2, palette: "inferno" };
  #fitted = true;
  #planned = false;
  #resting = 0;
  #quick = false;
  /** Whether it is settled who draws: by a look for a graphics card, or because it failed. */
  #isSettled = false;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {() => Expected} expected
   */
  constructor(canvas, expected) {
    super();
    this.canvas = canvas;
    this.expected = expected;
    this.#watchRatio();
    try {
      /** @type {Renderer} */
      this.renderer = makeRenderer(canvas);
      this.#watch();
    } catch {
      this.#fallBack(); // says by itself where nothing draws at all
    }
  }

  /**
   * Show a picture, fitted.
   * @param {Image | null} image
   * @param {{pose: Pose, inverted: boolean}} [as]
   */
  show(image, as = { pose: transform.AS_STORED, inverted: false }) {
    if (image && !this.renderer.fits(image)) this.#fallBack();
    this.image = image;
    Object.assign(this, as);
    this.resize();
    this.#refineAtRest(); // something at once, all of it a moment later
    this.fit();
    this.#changed("voi-modified");
  }

  /** @param {HeatMap | null} map */
  showMap(map) {
    this.map = map;
    this.draw();
  }

  /** @param {{window?: Window, inverted?: boolean}} change */
  setWindow({ window = this.window, inverted = this.inverted }) {
    this.window = within(window);
    this.inverted = inverted;
    this.#changed("voi-modified");
  }

  /** @param {Partial<HeatmapState>} change */
  setHeatmap(change) {
    this.heatmap = { ...this.heatmap, ...change };
    this.#changed("heatmap-modified");
  }

  /** @param {Pose} pose */
  setPose(pose) {
    this.pose = pose;
    this.fit();
  }

  /** Whether the whole picture is shown and stays so when the pane changes its size. */
  get isFitted() {
    return this.#fitted;
  }

  fit() {
    if (!this.image) return;
    this.#fitted = true;
    this.#setCamera(transform.fit(this.#oriented(this.image), this.canvas));
  }

  actualSize() {
    this.#move(transform.actualSize(this.camera, this.canvas));
  }

  /**
   * @param {Point} at In device pixels.
   * @param {number} factor
   */
  zoomAt(at, factor) {
    this.#move(transform.zoomAt(this.camera, at, factor));
  }

  /** @param {Point} by In device pixels. */
  pan(by) {
    this.#move(transform.pan(this.camera, by));
  }

  /** @param {Camera} camera */
  setCamera(camera) {
    this.#move(camera);
  }

  /** Take the size of the pane: a fitted picture stays fitted, of any other the middle stays where it is. */
  resize() {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(this.canvas.clientWidth * ratio), Math.round(this.canvas.clientHeight * ratio)];
    if (width === 0 || height === 0) return;
    if (width !== this.canvas.width || height !== this.canvas.height) {
      const [dx, dy] = [(width - this.canvas.width) / 2, (height - this.canvas.height) / 2];
      Object.assign(this.canvas, { width, height });
      if (this.#fitted) this.fit();
      else this.#move(transform.pan(this.camera, { x: dx, y: dy }));
    }
    this.draw();
  }

  /** @returns {import("./transform.js").View | null} */
  view() {
    const { image, camera, pose } = this;
    return image && { ...camera, ...pose, width: image.width, height: image.height, aspect: image.aspect };
  }

  /** Plan one drawing for the next frame. */
  draw() {
    if (this.#planned) return;
    this.#planned = true;
    requestAnimationFrame(() => {
      this.#planned = false;
      const drawn = this.drawn();
      this.renderer.draw(drawn.scene);
      this.#tellState(drawn);
      this.dispatchEvent(new CustomEvent("drawn", { detail: drawn }));
    });
  }

  /** @returns {Drawn} What may be drawn now. */
  drawn() {
    const { image, map, window, inverted, heatmap } = this;
    const { radiographId, readingId } = this.expected();
    const view = this.view();
    if (!image || !view || image.radiographId !== radiographId || (map && map.readingId !== readingId)) {
      return { scene: null, shown: null };
    }
    const shown = heatmap.on && !heatmap.hidden ? map : null;
    const { opacity, above, palette, style } = heatmap;
    const coloured = style === "colours" ? shown : null;
    return { scene: { image, view, window, inverted, map: coloured, opacity, above, palette, quick: this.#quick }, shown };
  }

  /** @param {Camera} camera */
  #move(camera) {
    if (!this.image) return;
    this.#fitted = false;
    this.#refineAtRest();
    this.#setCamera(transform.keepInSight(camera, this.#oriented(this.image), this.canvas));
  }

  /** Draw with few samples until the view has been at rest for a moment. */
  #refineAtRest() {
    this.#quick = true;
    clearTimeout(this.#resting);
    this.#resting = window.setTimeout(() => {
      this.#quick = false;
      this.#settle();
      this.draw();
    }, REST_MS);
  }

  /** Look for a graphics card when the first picture is there: looking blocks the page longer than drawing without one. */
  async #settle() {
    if (this.#isSettled) return;
    this.#isSettled = true;
    if (this.renderer.name === "webgl2" || !hasGraphicsCard()) return;
    await fetchWebGl();
    try {
      this.#drawWith(makeRenderer);
    } catch {
      return; // the card does not run the shaders: the one before goes on
    }
    if (this.image && !this.renderer.fits(this.image)) this.#fallBack();
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

  /** @param {Image} image */
  #oriented(image) {
    return transform.orientedSize(image, this.pose);
  }

  /** What is on the stage, readable for tests and assistive tools. @param {Drawn} drawn */
  #tellState({ scene, shown }) {
    Object.assign(this.canvas.dataset, {
      renderer: this.renderer.name,
      radiograph: scene?.image.radiographId ?? "",
      map: shown?.readingId ?? "",
      center: scene?.window.center.toFixed(4) ?? "",
      width: scene?.window.width.toFixed(4) ?? "",
      inverted: String(scene?.inverted ?? false),
      scale: scene?.view.scale.toFixed(4) ?? "",
      turn: String(scene?.view.turn ?? 0),
      mirrored: String(scene?.view.mirrored ?? false),
      quick: String(scene?.quick ?? false),
    });
  }

  /** Go on with Canvas2D: the card was lost or does not run the shaders, or the image is larger than its textures. */
  #fallBack() {
    this.#isSettled = true;
    this.#drawWith(makePlainRenderer);
  }

  /** Go on with another renderer, on a canvas of its own. @param {(canvas: HTMLCanvasElement) => Renderer} make */
  #drawWith(make) {
    const fresh = /** @type {HTMLCanvasElement} */ (this.canvas.cloneNode(false));
    this.renderer = make(fresh);
    this.canvas.replaceWith(fresh);
    this.canvas = fresh;
    this.#watch();
    this.draw();
  }

  #watch() {
    const { canvas } = this;
    canvas.addEventListener("webglcontextlost", () => this.#fallBack());
    new ResizeObserver(() => this.resize()).observe(canvas);
  }

  /** Follow the window to a screen of another pixel ratio: no size in CSS pixels changes, so nothing else tells of it. */
  #watchRatio() {
    const follow = () => {
      this.resize();
      this.#watchRatio();
    };
    window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`).addEventListener("change", follow, { once: true });
  }
}
