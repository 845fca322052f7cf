// @ts-check
/**
 * The pointers on a pane. One finger, the pen or the mouse's first button work the chosen tool; two fingers pan and
 * zoom; the middle button pans, the right one zooms, the wheel zooms at the cursor, whatever tool is chosen.
 */
import { canvasToImage } from "../stage/transform.js";

/** @typedef {import("../stage/viewport.js").Viewport} Viewport */
/** @typedef {import("../stage/transform.js").Point} Point */
/** @typedef {import("./tool.js").At} At */
/** @typedef {import("./tool.js").Tool} Tool */

export class Pointers {
  /** Fingers and buttons that are down. @type {Map<number, Point>} */
  #down = new Map();
  /** @type {Tool | null} */
  #pressed = null;

  /**
   * @param {HTMLElement} pane
   * @param {Viewport} viewport
   * @param {object} tools
   * @param {(at: At) => Tool} tools.chosen The tool for a press there.
   * @param {Tool} tools.pan
   * @param {Tool} tools.zoom
   * @param {(at: At | null) => void} [tools.over] Told where the pointer is; `null` when it left.
   */
  constructor(pane, viewport, tools) {
    this.pane = pane;
    this.viewport = viewport;
    this.tools = tools;
    pane.addEventListener("pointerdown", (event) => this.#start(event));
    pane.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of /** @type {const} */ (["pointerup", "pointercancel"])) {
      pane.addEventListener(end, (event) => this.#end(event));
    }
    pane.addEventListener("pointerleave", () => {
      if (this.#down.size === 0) tools.over?.(null);
    });
    pane.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    pane.addEventListener("dblclick", (event) => {
      if (!isControl(event) && !this.tools.chosen(this.#at(event)).points) viewport.fit();
    });
    pane.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  /** @param {PointerEvent} event */
  #start(event) {
    if (isControl(event)) return;
    const at = this.#at(event);
    this.#down.set(event.pointerId, at.canvas);
    this.pane.setPointerCapture(event.pointerId);
    if (this.#down.size === 2) {
      this.#pressed?.cancel?.();
      this.#pressed = null;
      return;
    }
    if (this.#down.size > 2) return;
    this.#pressed = event.button === 1 ? this.tools.pan : event.button === 2 ? this.tools.zoom : this.tools.chosen(at);
    this.pane.classList.add("dragging");
    this.#pressed.press(at);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const at = this.#at(event);
    const before = this.#down.get(event.pointerId);
    if (before && this.#down.size === 2) this.#pinch(event.pointerId, before, at.canvas);
    if (before) this.#down.set(event.pointerId, at.canvas);
    if (this.#pressed) this.#pressed.move(at);
    else if (this.#down.size === 0) this.tools.chosen(at).hover?.(at);
    this.tools.over?.(at);
  }

  /** @param {PointerEvent} event */
  #end(event) {
    if (!this.#down.delete(event.pointerId) || this.#down.size > 0) return;
    if (event.type === "pointerup") this.#pressed?.release(this.#at(event));
    else this.#pressed?.cancel?.();
    this.#pressed = null;
    this.pane.classList.remove("dragging");
  }

  /**
   * Two fingers: their middle moves the picture, their distance scales it.
   * @param {number} moved
   * @param {Point} before
   * @param {Point} now
   */
  #pinch(moved, before, now) {
    const [other] = [...this.#down].filter(([id]) => id !== moved).map(([, point]) => point);
    this.viewport.pan({ x: (now.x - before.x) / 2, y: (now.y - before.y) / 2 });
    const distance = (/** @type {Point} */ point) => Math.max(1, Math.hypot(point.x - other.x, point.y - other.y));
    this.viewport.zoomAt({ x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 }, distance(now) / distance(before));
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY;
    this.viewport.zoomAt(this.#at(event).canvas, Math.exp(-Math.max(-120, Math.min(120, lines)) / 400));
  }

  /**
   * @param {MouseEvent} event
   * @returns {At}
   */
  #at(event) {
    const box = this.viewport.canvas.getBoundingClientRect();
    const ratio = this.viewport.canvas.width / box.width;
    const canvas = { x: (event.clientX - box.left) * ratio, y: (event.clientY - box.top) * ratio };
    const view = this.viewport.view();
    const by = event instanceof PointerEvent ? /** @type {At["by"]} */ (event.pointerType) : "mouse";
    return { canvas, image: view ? canvasToImage(view, canvas) : canvas, by: by || "mouse" };
  }
}

/**
 * @param {Event} event
 * @returns {boolean} Whether it belongs to a control that lies on the pane.
 */
function isControl({ target }) {
  return target instanceof Element && target.closest("input, button, select") !== null;
}
