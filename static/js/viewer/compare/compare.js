// @ts-check
/** An earlier radiograph of the same patient: beside this one, or in its place while the reader changes to and fro. */
import { need } from "../../page-data.js";
import { say } from "../../words.js";
import { keepCorners } from "../stage/corners.js";
import { loadImage, offerAgain } from "../stage/image.js";
import { keepSides } from "../stage/sides.js";
import { Viewport } from "../stage/viewport.js";
import { panTool } from "../tools/pan.js";
import { Pointers } from "../tools/pointer.js";
import { windowTool } from "../tools/window.js";
import { zoomTool } from "../tools/zoom.js";
import { align, link, poseLike } from "./link.js";

/**
 * @typedef {object} Prior
 * @property {import("../stage/image.js").Radiograph} radiograph
 * @property {string} label
 * @property {string} name
 * @property {boolean} is_frontal
 * @property {import("../correction.js").Corrected} correction
 */
/** @typedef {"off" | "side" | "flicker"} Mode */

export class Compare {
  /** @type {Mode} */
  mode = "off";
  /** @type {Prior | null} */
  #shown = null;
  /** @type {Viewport | null} */
  #viewport = null;
  #isLinked = true;

  /**
   * @param {HTMLElement} stage
   * @param {Viewport} current
   * @param {{turn: import("../stage/transform.js").Turn, inverted: boolean}} corrected What puts the current one right.
   * @param {Prior[]} priors Latest first.
   */
  constructor(stage, current, corrected, priors) {
    this.stage = stage;
    this.current = current;
    this.corrected = corrected;
    this.priors = priors;
    this.pane = need("[data-prior]", stage);
    this.choice = /** @type {HTMLSelectElement} */ (need("[data-prior-choice]", stage));
    this.choice.append(...priors.map(({ name }, index) => new Option(name, String(index))));
    this.choice.hidden = priors.length < 2;
    this.choice.addEventListener("change", () => this.#load(priors[Number(this.choice.value)]));
    this.#show();
  }

  toggleSide() {
    this.#change(this.mode === "side" ? "off" : "side");
  }

  /** The first time the earlier one comes in place of this one; from then on each press changes. */
  flicker() {
    if (this.mode !== "flicker") this.#change("flicker");
    else this.stage.classList.toggle("prior-front");
  }

  close() {
    this.#change("off");
  }

  /** @param {Mode} mode */
  #change(mode) {
    if (this.priors.length === 0) return;
    this.mode = mode;
    this.stage.classList.toggle("prior-front", mode === "flicker");
    this.#show();
    if (mode === "off") return;
    if (!this.#shown) this.#load(this.priors[0]);
    else if (this.#viewport) this.#follow(this.#viewport);
  }

  /** @param {Prior} prior */
  async #load(prior) {
    this.#shown = prior;
    const viewport = (this.#viewport ??= this.#makeViewport());
    const message = need("[data-prior-message]", this.pane);
    need("[data-prior-label]", this.pane).textContent = prior.label;
    viewport.show(null);
    message.textContent = say("stage.loading_prior");
    try {
      const image = await loadImage(prior.radiograph);
      if (this.#shown !== prior) return; // another one was chosen meanwhile
      message.textContent = "";
      this.#isLinked = false; // what comes follows what is there
      viewport.show(image, this.#as());
      this.#follow(viewport);
      this.#isLinked = true;
    } catch (error) {
      if (this.#shown === prior) offerAgain(message, error, () => this.#load(prior));
    }
  }

  /** @param {Viewport} viewport */
  #follow(viewport) {
    this.current.resize();
    const { pose, inverted } = this.#as();
    viewport.setWindow({ window: this.current.window, inverted });
    align(this.current, viewport, pose);
  }

  /** How the earlier one is shown beside this one: turned, mirrored and inverted alike, each from what puts it right. */
  #as() {
    const { rotation, inverted } = this.#shown?.correction ?? { rotation: 0, inverted: false };
    return {
      pose: poseLike(this.current.pose, this.corrected.turn, rotation),
      inverted: inverted !== (this.current.inverted !== this.corrected.inverted),
    };
  }

  #makeViewport() {
    const viewport = new Viewport(/** @type {HTMLCanvasElement} */ (need("[data-prior-canvas]", this.pane)), () => ({
      radiographId: this.#shown?.radiograph.radiograph_id ?? "",
      readingId: "",
    }));
    link(this.current, viewport, () => this.mode !== "off" && this.#isLinked, () => this.#as());
    keepCorners(this.pane, viewport);
    const shown = () => this.#shown;
    const upright = { get turn() { return shown()?.correction.rotation ?? 0; } };
    const sides = /** @type {SVGElement} */ (this.pane.querySelector('[data-layer="prior-sides"]'));
    keepSides(sides, viewport, upright, () => shown()?.is_frontal ?? false);
    const [pan, zoom, window] = [panTool(viewport), zoomTool(viewport), windowTool(viewport)];
    const chosen = () => [pan, zoom].find(({ name }) => name === this.stage.dataset.tool) ?? window;
    new Pointers(this.pane, viewport, { chosen, pan, zoom });
    return viewport;
  }

  #show() {
    this.stage.dataset.compare = this.mode;
    this.pane.hidden = this.mode === "off";
    for (const [command, mode] of /** @type {const} */ ([["compare", "side"], ["flicker", "flicker"]])) {
      for (const control of document.querySelectorAll(`[data-command="${command}"]`)) {
        control.setAttribute("aria-pressed", String(this.mode === mode));
        if (control instanceof HTMLButtonElement && this.priors.length === 0) {
          control.disabled = true;
          control.title = say("stage.no_prior");
        }
      }
    }
  }
}
