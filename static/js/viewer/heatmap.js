// @ts-check
/** The heatmap's switch and sliders. On at first for a flagged reading, then as the reader left it. */
import { drawColours } from "./overlays.js";

/** @typedef {import("./viewport.js").Viewport} Viewport */
/** @typedef {{reading_id: string, flagged: boolean, status: string}} Reading */

const STORE = "heatmap";

export class HeatmapControls {
  /**
   * @param {Viewport} viewport
   * @param {() => Reading} reading The reading that the panel speaks of.
   * @param {number} showAbove The map's display threshold, from the weights' card.
   */
  constructor(viewport, reading, showAbove) {
    this.viewport = viewport;
    this.reading = reading;
    const kept = JSON.parse(localStorage.getItem(STORE) ?? "{}");
    viewport.setHeatmap({ opacity: kept.opacity ?? 0.6, above: kept.above ?? showAbove });
    document.addEventListener("input", (event) => this.#onInput(event));
    viewport.addEventListener("heatmap-modified", () => this.#keep());
  }

  /** Set the switch for the reading of the panel, and the sliders to their values. */
  start() {
    const { reading_id: id, flagged, status } = this.reading();
    const left = sessionStorage.getItem(`${STORE} ${id}`);
    this.viewport.setHeatmap({ heatmapOn: status === "done" && (left === null ? flagged : left === "on") });
    this.show();
  }

  toggle() {
    if (this.reading().status !== "done") return;
    const heatmapOn = !this.viewport.heatmapOn;
    sessionStorage.setItem(`${STORE} ${this.reading().reading_id}`, heatmapOn ? "on" : "off");
    this.viewport.setHeatmap({ heatmapOn });
    this.show();
  }

  /** @param {number} by */
  changeOpacity(by) {
    const opacity = Math.round(Math.min(1, Math.max(0, this.viewport.opacity + by)) * 20) / 20;
    this.viewport.setHeatmap({ opacity });
    this.show();
  }

  /** Bring switch, sliders, corner text and scale in line with the viewport. */
  show() {
    const { heatmapOn, opacity, above } = this.viewport;
    const done = this.reading().status === "done";
    const button = document.querySelector('[data-command="heatmap"]');
    if (button instanceof HTMLButtonElement) {
      button.setAttribute("aria-pressed", String(heatmapOn));
      button.disabled = !done;
    }
    set("[data-opacity]", Math.round(opacity * 100));
    set("[data-above]", Math.round(above * 100));
    write("[data-opacity-value]", `${Math.round(opacity * 100)} %`);
    write("[data-above-value]", above.toFixed(2));
    write("[data-heatmap-state]", !done ? "" : heatmapOn ? `Heatmap on, ${Math.round(opacity * 100)} %` : "Heatmap off");
    const scale = document.querySelector("[data-heat-scale]");
    if (scale instanceof HTMLElement) scale.hidden = !heatmapOn;
    drawColours(above);
  }

  /** @param {Event} event */
  #onInput(event) {
    if (!(event.target instanceof HTMLInputElement)) return;
    const value = Number(event.target.value) / 100;
    if (event.target.matches("[data-opacity]")) this.viewport.setHeatmap({ opacity: value });
    else if (event.target.matches("[data-above]")) this.viewport.setHeatmap({ above: value });
    else return;
    this.show();
  }

  #keep() {
    const { opacity, above } = this.viewport;
    localStorage.setItem(STORE, JSON.stringify({ opacity, above }));
  }
}

/**
 * @param {string} selector
 * @param {number} value
 */
function set(selector, value) {
  const slider = document.querySelector(selector);
  if (slider instanceof HTMLInputElement) slider.value = String(value);
}

/**
 * @param {string} selector
 * @param {string} text
 */
function write(selector, text) {
  const element = document.querySelector(selector);
  if (element) element.textContent = text;
}
