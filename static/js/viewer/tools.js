// @ts-check
/** The pointer on the stage: window, zoom and pan by drag, zoom at the cursor by wheel, fit by double click. */
import { dragWindow } from "./windowing.js";

/** @typedef {import("./viewport.js").Viewport} Viewport */
/** @typedef {"window" | "zoom" | "pan"} Tool */

export class Tools {
  /** @type {Tool} */
  active = "window";
  /** @type {{pointer: number, tool: Tool, x: number, y: number, startX: number, startY: number} | null} */
  #drag = null;

  /**
   * @param {HTMLElement} stage
   * @param {Viewport} viewport
   */
  constructor(stage, viewport) {
    this.stage = stage;
    this.viewport = viewport;
    stage.dataset.tool = this.active;
    stage.addEventListener("pointerdown", (event) => this.#start(event));
    stage.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, () => this.#end());
    stage.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    stage.addEventListener("dblclick", () => viewport.fit());
    stage.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  /** @param {Tool} tool */
  choose(tool) {
    this.active = tool;
    this.stage.dataset.tool = tool;
    for (const name of ["window", "zoom", "pan"]) {
      document.querySelector(`[data-command="tool-${name}"]`)?.setAttribute("aria-pressed", String(name === tool));
    }
  }

  /** @param {PointerEvent} event */
  #start(event) {
    if (this.#drag) return;
    const { x, y } = this.#at(event);
    // The middle button always pans and the right one always zooms, whatever tool is chosen.
    const tool = event.button === 1 ? "pan" : event.button === 2 ? "zoom" : this.active;
    this.#drag = { pointer: event.pointerId, tool, x, y, startX: x, startY: y };
    this.stage.setPointerCapture(event.pointerId);
    this.stage.classList.add("dragging");
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const drag = this.#drag;
    if (!drag || drag.pointer !== event.pointerId) return;
    const { x, y } = this.#at(event);
    const by = { x: x - drag.x, y: y - drag.y };
    const { canvas } = this.viewport;
    if (drag.tool === "pan") this.viewport.pan(by);
    else if (drag.tool === "zoom") this.viewport.zoomAt({ x: drag.startX, y: drag.startY }, Math.exp(-by.y / 200));
    else this.viewport.setWindow({ window: dragWindow(this.viewport.window, by.x / canvas.width, by.y / canvas.height) });
    Object.assign(drag, { x, y });
  }

  #end() {
    this.#drag = null;
    this.stage.classList.remove("dragging");
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY;
    this.viewport.zoomAt(this.#at(event), Math.exp(-Math.max(-120, Math.min(120, lines)) / 400));
  }

  /**
   * @param {MouseEvent} event
   * @returns {import("./transform.js").Point} In device pixels of the canvas.
   */
  #at(event) {
    const box = this.viewport.canvas.getBoundingClientRect();
    const ratio = this.viewport.canvas.width / box.width;
    return { x: (event.clientX - box.left) * ratio, y: (event.clientY - box.top) * ratio };
  }
}
