// @ts-check
/** Blinks between the map and the plain image. Where the reader wants little motion, each press changes once. */

const PERIOD_MS = 700;

export class Blink {
  #timer = 0;

  /** @param {import("../stage/viewport.js").Viewport} viewport */
  constructor(viewport) {
    this.viewport = viewport;
  }

  toggle() {
    const { viewport } = this;
    if (!viewport.heatmap.on) return;
    const change = () => viewport.setHeatmap({ hidden: !viewport.heatmap.hidden });
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) change();
    else if (this.#timer) this.stop();
    else this.#start(change);
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = 0;
    if (this.viewport.heatmap.hidden) this.viewport.setHeatmap({ hidden: false });
    this.#show();
  }

  /** @param {() => void} change */
  #start(change) {
    change();
    this.#timer = window.setInterval(change, PERIOD_MS);
    this.#show();
  }

  #show() {
    document.querySelector('[data-command="heatmap-blink"]')?.setAttribute("aria-pressed", String(this.#timer !== 0));
  }
}
