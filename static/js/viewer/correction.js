// @ts-check
/** How the radiograph was turned or inverted before it was read: the view opens the same way, and the reader can undo it. */
import { AS_STORED } from "./stage/transform.js";
import { AS_SENT } from "./stage/windowing.js";

/** @typedef {{rotation: import("./stage/transform.js").Turn, inverted: boolean}} Corrected Degrees clockwise; greys inverted. */

export class Correction {
  #applied = false;

  /**
   * @param {import("./stage/viewport.js").Viewport} viewport
   * @param {() => Corrected} corrected
   */
  constructor(viewport, corrected) {
    this.viewport = viewport;
    this.corrected = corrected;
  }

  /** @returns {import("./stage/transform.js").Turn} The turn that puts the patient upright. */
  get turn() {
    return this.corrected().rotation;
  }

  /** @returns {boolean} Whether inverting puts the greys right. */
  get inverted() {
    return this.corrected().inverted;
  }

  /** @returns {{pose: import("./stage/transform.js").Pose, inverted: boolean}} How the view opens. */
  start() {
    const { rotation, inverted } = this.corrected();
    this.#applied = rotation !== 0 || inverted;
    return { pose: { turn: rotation, mirrored: false }, inverted };
  }

  /** Back to the view as it opened: fitted, unturned, with the window as sent. Of a corrected one, as stored and back. */
  toggle() {
    const { pose, inverted } = this.#applied ? { pose: AS_STORED, inverted: false } : this.start();
    this.#applied = !this.#applied && (this.turn !== 0 || this.inverted);
    this.viewport.setPose(pose);
    this.viewport.setWindow({ window: AS_SENT, inverted });
  }
}
