// @ts-check
/** The heatmap's switch, sliders and style. On at first for a flagged reading, then as the reader left it. */
import { say } from "../../words.js";
import { PALETTES } from "../draw/colours.js";

/** @typedef {import("../stage/viewport.js").Viewport} Viewport */
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
    /** @type {Record<string, string | number>} */
    this.standard = { opacity: 0.6, chosenAbove: showAbove, palette: "inferno", style: "colours" };
    const kept = { ...this.standard, ...JSON.parse(localStorage.getItem(STORE) ?? "{}") };
    const { opacity, chosenAbove: above, palette, style } = kept; // an `above` may be there of old, which nobody had to choose
    viewport.setHeatmap({ opacity, above, palette, style });
    document.addEventListener("input", (event) => this.#onInput(event));
    viewport.addEventListener("heatmap-modified", () => this.#keep());
  }

  /** Set the switch for the reading of the panel, and the sliders to their values. */
  start() {
    const { reading_id: id, flagged, status } = this.reading();
    const left = sessionStorage.getItem(`${STORE} ${id}`);
    this.viewport.setHeatmap({ on: status === "done" && (left === null ? flagged : left === "on") });
    this.show();
  }

  toggle() {
    if (this.reading().status !== "done") return;
    const on = !this.viewport.heatmap.on;
    sessionStorage.setItem(`${STORE} ${this.reading().reading_id}`, on ? "on" : "off");
    this.viewport.setHeatmap({ on, hidden: false });
    this.show();
  }

  /** @param {number} by */
  changeOpacity(by) {
    this.viewport.setHeatmap({ opacity: rounded(this.viewport.heatmap.opacity + by) });
    this.show();
  }

  /** @param {number} by */
  changeAbove(by) {
    this.viewport.setHeatmap({ above: Math.min(0.95, rounded(this.viewport.heatmap.above + by)) });
    this.show();
  }

  /** From colours to contour and back. */
  changeStyle() {
    this.viewport.setHeatmap({ style: this.viewport.heatmap.style === "colours" ? "contour" : "colours" });
    this.show();
  }

  changePalette() {
    const next = (PALETTES.indexOf(this.viewport.heatmap.palette) + 1) % PALETTES.length;
    this.viewport.setHeatmap({ palette: PALETTES[next] });
    this.show();
  }

  /** Bring switch, sliders and corner text in line with the viewport. */
  show() {
    const { on, opacity, above, style, palette } = this.viewport.heatmap;
    const done = this.reading().status === "done";
    for (const button of document.querySelectorAll('[data-command="heatmap"]')) {
      button.setAttribute("aria-pressed", String(on));
      if (button instanceof HTMLButtonElement) button.disabled = !done;
    }
    press("heatmap-contour", style === "contour");
    press("heatmap-palette", palette === "cividis");
    set("[data-opacity]", Math.round(opacity * 100));
    set("[data-above]", Math.round(above * 100));
    const share = say("heatmap.percent", { percent: Math.round(opacity * 100) });
    write("[data-opacity-value]", share);
    write("[data-above-value]", above.toFixed(2));
    const how = style === "contour" ? say("heatmap.contour") : share;
    write("[data-heatmap-state]", !done ? "" : on ? say("heatmap.on", { how }) : say("heatmap.off"));
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

  /** Keep what the reader chose and nothing else: other weights bring a threshold of their own. */
  #keep() {
    const { opacity, above, palette, style } = this.viewport.heatmap;
    const values = Object.entries({ opacity, chosenAbove: above, palette, style });
    const chosen = values.filter(([name, value]) => value !== this.standard[name]);
    localStorage.setItem(STORE, JSON.stringify(Object.fromEntries(chosen)));
  }
}

/**
 * @param {number} value
 * @returns {number} [0, 1] in steps of 0.05.
 */
function rounded(value) {
  return Math.round(Math.min(1, Math.max(0, value)) * 20) / 20;
}

/**
 * @param {string} command
 * @param {boolean} pressed
 */
function press(command, pressed) {
  document.querySelector(`[data-command="${command}"]`)?.setAttribute("aria-pressed", String(pressed));
}

/**
 * @param {string} selector
 * @param {number} value
 */
function set(selector, value) {
  const slider = document.querySelector(selector);
  if (!(slider instanceof HTMLInputElement)) return;
  slider.value = String(value);
  slider.style.setProperty("--share", `${(value / Number(slider.max)) * 100}%`);
}

/**
 * @param {string} selector
 * @param {string} text
 */
function write(selector, text) {
  const element = document.querySelector(selector);
  if (element && element.textContent !== text) element.textContent = text;
}
