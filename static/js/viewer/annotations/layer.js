// @ts-check
/** Draws the annotations over the picture: shape, handles of the selected one, and what it says. */
import { element, shaded, toScreen } from "../stage/svg.js";
import { KINDS } from "./kinds/index.js";

/** @typedef {import("./kinds/kind.js").Annotation} Annotation */
/** @typedef {import("./kinds/kind.js").Context} Context */
/** @typedef {import("../stage/transform.js").Point} Point */
/** @typedef {import("../stage/transform.js").Size} Size */
/** @typedef {import("../stage/transform.js").View} View */

const LINE_HEIGHT = 16;
/** About the width of a letter of the overlay's type. */
const LETTER = 6.8;
const MARGIN = 8;

/**
 * Keep the layer in line with picture, annotations and what is being drawn.
 * @param {SVGElement} layer
 * @param {import("../stage/viewport.js").Viewport} viewport
 * @param {import("./store.js").AnnotationStore} store
 * @param {import("./editor.js").Editor} editor
 * @param {() => Context} context
 */
export function keepAnnotations(layer, viewport, store, editor, context) {
  const draw = () => {
    const { scene } = viewport.drawn();
    if (!scene) return layer.replaceChildren();
    const { draft, selected } = editor;
    const settled = store.all.filter(({ id }) => id !== draft?.id);
    const all = draft ? [...settled, draft] : settled;
    const room = { width: viewport.canvas.clientWidth, height: viewport.canvas.clientHeight };
    const drawEach = (/** @type {Annotation} */ one) =>
      drawOne(one, scene.view, room, context(), one.id === selected || one === draft);
    layer.replaceChildren(...all.map(drawEach));
  };
  viewport.addEventListener("drawn", draw);
  store.addEventListener("changed", draw);
  editor.addEventListener("changed", draw);
}

/**
 * What an annotation says, line by line; words of the reader first.
 * @param {Annotation} annotation
 * @param {Context} context
 * @returns {string[]}
 */
export function linesOf({ kind, points, text }, context) {
  const said = KINDS.get(kind)?.describe(points, context) ?? [];
  return text ? [text, ...said] : said;
}

/**
 * @param {Annotation} annotation
 * @param {View} view
 * @param {Size} room The pane, in CSS pixels.
 * @param {Context} context
 * @param {boolean} isSelected
 * @returns {SVGElement}
 */
function drawOne(annotation, view, room, context, isSelected) {
  const kind = KINDS.get(annotation.kind);
  const points = annotation.points.map((point) => toScreen(view, point));
  const group = element("g", { class: isSelected ? "annotation selected" : "annotation" });
  if (!kind || points.length < 2) return group;
  group.append(...kind.draw(points).flatMap(([name, attributes]) => shaded(name, { ...attributes, class: "mark" })));
  if (isSelected) group.append(...points.map(({ x, y }) => element("circle", { cx: x, cy: y, r: 4.5, class: "handle" })));
  const lines = linesOf(annotation, context);
  const { x, y } = kept(placeOfWords(points, annotation.kind), lines, room);
  group.append(...lines.map((line, i) => element("text", { x, y: y + i * LINE_HEIGHT, class: "words" }, line)));
  return group;
}

/**
 * @param {Point[]} points
 * @param {string} kind
 * @returns {Point} Beside the shape; an arrow's words stand at its tail.
 */
function placeOfWords(points, kind) {
  if (kind === "arrow") {
    const [tail, tip] = points;
    return { x: tail.x + 4, y: tail.y + (tip.y < tail.y ? LINE_HEIGHT : -6) };
  }
  const right = points.reduce((most, point) => (point.x > most.x ? point : most));
  return { x: right.x + 10, y: right.y + 4 };
}

/**
 * Keep words inside the pane; those that had to move to the side stand below their shape's end.
 * @param {Point} at
 * @param {string[]} lines
 * @param {Size} room
 * @returns {Point}
 */
function kept({ x, y }, lines, room) {
  const width = LETTER * lines.reduce((most, line) => Math.max(most, line.length), 0);
  const inside = Math.max(MARGIN, Math.min(x, room.width - width - MARGIN));
  const below = inside === x ? y : y + LINE_HEIGHT;
  return { x: inside, y: Math.max(2 * MARGIN, Math.min(below, room.height - lines.length * LINE_HEIGHT)) };
}
