// @ts-check
/**
 * The regions that a reader covers, and what the network says of the radiograph without them. Nothing of it is kept: it
 * goes with the page, with the reading it was asked about, or when the reader uncovers.
 */
import { say } from "../../words.js";
import { inside } from "../stage/transform.js";

/** @typedef {import("../stage/transform.js").Point} Point */
/** @typedef {{x0: number, y0: number, x1: number, y1: number}} Region In pixels of the stored radiograph. */
/** @typedef {{finding: string, flagged: boolean, probabilities: Record<string, number>}} Scores */
/** @typedef {{radiograph_id: string, reading_id: string, as_read: Scores, covered: Scores, covered_share: number}} WhatIf */
/** @typedef {{radiograph_id: string, reading_id: string, status: string}} Reading */

/** As many as the server takes at once. */
const MOST = 16;

/** Sends `changed` when regions, answer or problem have changed. */
export class Covering extends EventTarget {
  /** @type {Region[]} */
  regions = [];
  /** What the network says of these very regions; `null` while it is asked. @type {WhatIf | null} */
  answer = null;
  /** Why there is no answer, for the reader. */
  problem = "";
  /** @type {Region[]} */
  #undone = [];
  #asking = new AbortController();
  /** The reading that is asked about. */
  #readingId = "";

  /**
   * @param {import("../stage/viewport.js").Viewport} viewport
   * @param {string} address Of the radiograph's what-if.
   * @param {() => Reading} reading The reading that the panel speaks of, as far as the reader may see it.
   */
  constructor(viewport, address, reading) {
    super();
    this.viewport = viewport;
    this.address = address;
    this.reading = reading;
  }

  /** Whether there is a reading to compare with, and the reader may see it. */
  get isOpen() {
    return this.reading().status === "done";
  }

  /**
   * Cover one more region.
   * @param {[Point, Point]} corners Opposite ones.
   */
  add(corners) {
    const { image } = this.viewport;
    if (!image || !this.isOpen) return;
    const [a, b] = corners.map((point) => inside(image, point));
    const region = { x0: Math.min(a.x, b.x), y0: Math.min(a.y, b.y), x1: Math.max(a.x, b.x), y1: Math.max(a.y, b.y) };
    if (region.x0 === region.x1 || region.y0 === region.y1) return; // beside the image, or a line
    if (this.regions.length >= MOST) {
      this.problem = say("what_if.most", { n: MOST });
      this.#tell();
      return;
    }
    this.#undone = [];
    this.#cover([...this.regions, region]);
  }

  /** Uncover the region that was covered last. */
  undo() {
    const last = this.regions.at(-1);
    if (!last) return;
    this.#undone.push(last);
    this.#cover(this.regions.slice(0, -1));
  }

  /** Cover again what was uncovered last. */
  redo() {
    const again = this.#undone.pop();
    if (again) this.#cover([...this.regions, again]);
  }

  /** Uncover all of them; redo covers them again, one by one. */
  uncover() {
    if (this.regions.length === 0) return;
    this.#undone.push(...[...this.regions].reverse());
    this.#cover([]);
  }

  /** The panel was brought up to date: what was asked about another reading goes. */
  follow() {
    if (!this.isOpen || this.reading().reading_id !== this.#readingId) this.#forget();
    this.#tell();
  }

  #forget() {
    this.#undone = [];
    if (this.regions.length > 0) this.#cover([]);
  }

  /** @param {Region[]} regions */
  #cover(regions) {
    this.#asking.abort();
    this.#asking = new AbortController();
    this.regions = regions;
    this.answer = null;
    this.problem = "";
    this.#readingId = this.reading().reading_id;
    this.#tell();
    if (regions.length > 0) this.#ask(this.#asking.signal);
  }

  /** @param {AbortSignal} signal */
  async #ask(signal) {
    const { answer, problem } = await this.#send(signal);
    if (signal.aborted) return; // other regions are asked about meanwhile
    const { radiograph_id, reading_id } = this.reading();
    if (answer && (answer.radiograph_id !== radiograph_id || answer.reading_id !== reading_id || !this.isOpen)) {
      this.#forget(); // never one reading's answer beside another's
      return;
    }
    this.answer = answer;
    this.problem = problem;
    this.#tell();
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<{answer: WhatIf | null, problem: string}>}
   */
  async #send(signal) {
    try {
      const response = await fetch(this.address, {
        method: "POST",
        signal,
        headers: { Accept: "application/json", "Content-Type": "application/json" },
        body: JSON.stringify({ rectangles: this.regions }),
      });
      const body = await response.json();
      return response.ok ? { answer: body, problem: "" } : { answer: null, problem: body.detail ?? say("what_if.no_answer") };
    } catch {
      return { answer: null, problem: say("what_if.no_answer") };
    }
  }

  #tell() {
    this.dispatchEvent(new CustomEvent("changed"));
  }
}
