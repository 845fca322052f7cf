// @ts-check
/** Draws new annotations point by point, moves the points of those that are there, and selects one. */
import { toScreen } from "../stage/svg.js";
import { inside } from "../stage/transform.js";
import { KINDS } from "./kinds/index.js";

/** @typedef {import("../tools/tool.js").At} At */
/** @typedef {import("../tools/tool.js").Tool} Tool */
/** @typedef {import("../stage/transform.js").Point} Point */
/** @typedef {import("./kinds/kind.js").Annotation} Annotation */

/** How near to a handle a press must be, in CSS pixels. */
const REACH = { mouse: 8, pen: 10, touch: 22, keyboard: 8 };
/** A press that moves further than this, in CSS pixels, is a drag and places the next point where it ends. */
const DRAG = 5;

export class Editor extends EventTarget {
  /** The one being drawn. @type {Annotation | null} */
  draft = null;
  /** @type {string | null} */
  selected = null;
  /** @type {{id: string, index: number, before: Annotation} | null} */
  #grabbed = null;
  /** @type {Point | null} */
  #pressedAt = null;
  /** Whether the draft's last point follows the pointer. */
  #leads = false;

  /**
   * @param {import("../stage/viewport.js").Viewport} viewport
   * @param {import("./store.js").AnnotationStore} store
   */
  constructor(viewport, store) {
    super();
    this.viewport = viewport;
    this.store = store;
  }

  /** @returns {Tool[]} One tool a kind. */
  tools() {
    return [...KINDS.keys()].map((kind) => ({
      name: kind,
      points: true,
      press: (/** @type {At} */ at) => this.#place(kind, at),
      move: (/** @type {At} */ at) => this.#follow(at),
      hover: (/** @type {At} */ at) => this.#follow(at),
      release: (/** @type {At} */ at) => this.#release(at),
      cancel: () => this.#drop(),
      isHalfDone: () => this.draft !== null,
    }));
  }

  /**
   * The tool that moves a point, where a press would grab one. Who draws wants a new mark, also near an old one: then
   * only the selected mark can be grabbed.
   * @param {At} at
   * @param {boolean} draws Whether the chosen tool draws marks.
   * @returns {Tool | null}
   */
  grab(at, draws) {
    if (this.draft) return null;
    if (this.#grabbed) return this.#moving;
    if (draws && !this.selected) return null;
    return this.#handleAt(at, draws ? this.selected : null) && this.#moving;
  }

  /** @param {string | null} id */
  select(id) {
    this.selected = id;
    this.#tell();
  }

  removeSelected() {
    if (this.selected) this.store.remove(this.selected);
    this.select(null);
  }

  /**
   * Ask for the words of an annotation, also once more.
   * @param {string} id
   */
  ask(id) {
    this.select(id);
    this.dispatchEvent(new CustomEvent("asks-text", { detail: id }));
  }

  /**
   * Give an annotation the words that it asked for.
   * @param {string} id
   * @param {string} text
   */
  write(id, text) {
    const annotation = this.store.get(id);
    if (annotation && annotation.text !== text) this.store.amend({ ...annotation, text });
  }

  /** @type {Tool} */
  #moving = {
    name: "grab",
    points: true,
    press: (at) => {
      const found = this.#handleAt(at, this.selected) ?? this.#handleAt(at, null);
      if (!found) return;
      this.#grabbed = { ...found, before: /** @type {Annotation} */ (this.store.get(found.id)) };
      this.select(found.id);
    },
    move: (at) => {
      if (!this.#grabbed) return;
      const { before, index } = this.#grabbed;
      this.draft = withPoint(before, index, this.#inside(at.image), this.viewport.pose.turn);
      this.#tell();
    },
    release: () => {
      const [grabbed, moved] = [this.#grabbed, this.draft];
      this.#grabbed = null;
      this.draft = null;
      if (moved) this.store.put(moved);
      // A press that moves nothing asks for the words: what is typed next must not run as commands.
      else if (grabbed && KINDS.get(grabbed.before.kind)?.asksText) this.ask(grabbed.id);
      this.#tell();
    },
    cancel: () => {
      this.#grabbed = null;
      this.draft = null;
      this.#tell();
    },
  };

  /**
   * @param {string} kind
   * @param {At} at
   */
  #place(kind, at) {
    this.#pressedAt = at.canvas;
    const point = this.#inside(at.image);
    if (this.#leads) this.#settle(point);
    else this.#lead({ ...(this.draft ?? { id: newId(), kind, points: [], text: "" }) }, point);
    this.#tell();
  }

  /** @param {At} at */
  #follow(at) {
    if (!this.draft || !this.#leads) return;
    this.draft = withPoint(this.draft, this.draft.points.length - 1, this.#inside(at.image), this.viewport.pose.turn);
    this.#tell();
  }

  /** @param {At} at */
  #release(at) {
    const from = this.#pressedAt;
    this.#pressedAt = null;
    const ratio = window.devicePixelRatio || 1;
    const isDrag = from && Math.hypot(at.canvas.x - from.x, at.canvas.y - from.y) > DRAG * ratio;
    if (!this.#leads || !isDrag) return;
    this.#settle(this.#inside(at.image));
    this.#tell();
  }

  /**
   * Fix a point, and let another one follow the pointer from there.
   * @param {Annotation} draft
   * @param {Point} point
   */
  #lead(draft, point) {
    this.#leads = true;
    this.draft = { ...draft, points: [...draft.points, point, point] };
  }

  /** Fix the point that followed; the annotation is done with its last one. @param {Point} point */
  #settle(point) {
    if (!this.draft) return;
    const kind = /** @type {import("./kinds/kind.js").Kind} */ (KINDS.get(this.draft.kind));
    const draft = withPoint(this.draft, this.draft.points.length - 1, point, this.viewport.pose.turn);
    this.#leads = false;
    if (draft.points.length < kind.nPoints) {
      this.draft = draft;
      if (kind.isChain) this.#lead({ ...draft, points: draft.points.slice(0, -1) }, point);
      return;
    }
    this.draft = null;
    this.selected = draft.id;
    this.store.put(draft);
    if (kind.asksText) this.ask(draft.id);
  }

  #drop() {
    this.draft = null;
    this.#leads = false;
    this.#pressedAt = null;
    this.#tell();
  }

  /**
   * @param {At} at
   * @param {string | null} only The one mark that may be grabbed; all where there is none.
   * @returns {{id: string, index: number} | null}
   */
  #handleAt(at, only) {
    const view = this.viewport.view();
    if (!view) return null;
    const ratio = window.devicePixelRatio || 1;
    let best = { id: "", index: 0, distance: REACH[at.by] };
    for (const { id, points } of this.store.all) {
      if (only && id !== only) continue;
      for (const [index, point] of points.entries()) {
        const { x, y } = toScreen(view, point);
        const distance = Math.hypot(x - at.canvas.x / ratio, y - at.canvas.y / ratio);
        if (distance < best.distance) best = { id, index, distance };
      }
    }
    return best.id ? best : null;
  }

  /**
   * @param {Point} point
   * @returns {Point} On the radiograph.
   */
  #inside(point) {
    return inside(this.viewport.image ?? { width: 0, height: 0 }, point);
  }

  #tell() {
    this.dispatchEvent(new CustomEvent("changed"));
  }
}

/** @returns {string} A random UUID; `crypto.randomUUID` is missing where the page comes over plain HTTP. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * @param {Annotation} annotation
 * @param {number} index
 * @param {Point} point
 * @param {number} turn
 * @returns {Annotation}
 */
function withPoint(annotation, index, point, turn) {
  const points = annotation.points.with(index, point);
  const constrain = KINDS.get(annotation.kind)?.constrain;
  if (!constrain) return { ...annotation, points };
  // The point's partner stays where it is: two points make a line.
  const end = index % 2 === 0 && index + 1 < points.length ? index + 1 : index;
  if (end === index) return { ...annotation, points: [...constrain(points.slice(0, index + 1), turn), ...points.slice(index + 1)] };
  const swapped = constrain([...points.slice(0, index), points[end], point], turn);
  return { ...annotation, points: [...points.slice(0, index), swapped[end], points[end], ...points.slice(end + 1)] };
}
