// @ts-check
/** Draws the annotations over the picture: shape, handles of the selected one, and what it says. */
import { placeOfScale } from "../heatmap/scale.js";
import { element, shaded, toScreen } from "../stage/svg.js";
import { KINDS } from "./kinds/index.js";
import { boxRound, findPlace } from "./places.js";

/** @typedef {import("./kinds/kind.js").Annotation} Annotation */
/** @typedef {import("./kinds/kind.js").Context} Context */
/** @typedef {import("../stage/transform.js").Point} Point */
/** @typedef {import("../stage/transform.js").Size} Size */
/** @typedef {import("./places.js").Box} Box */
/** @typedef {{one: Annotation, points: Point[], lines: string[], isSelected: boolean}} Shown Points in CSS pixels of the pane. */

const LINE_HEIGHT = 16;
/** From the upper edge of a line to the foot of its letters. */
const ASCENT = 12;
/** About the width of a letter of the overlay's type. */
const LETTER = 6.8;
/** A reader's words are broken into lines of so many letters, and so many lines stand on the picture; the selected mark's all do. */
const LONGEST_LINE = 36;
const MOST_LINES = 3;

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
    const { scene, shown } = viewport.drawn();
    if (!scene) return layer.replaceChildren();
    const { draft, selected } = editor;
    const settled = store.all.filter(({ id }) => id !== draft?.id);
    const marks = (draft ? [...settled, draft] : settled).map((one) => {
      const isSelected = one.id === selected || one === draft;
      const words = broken(one.text, isSelected ? Infinity : MOST_LINES);
      return {
        one,
        points: one.points.map((point) => toScreen(scene.view, point)),
        lines: [...words, ...linesOf({ ...one, text: "" }, context())],
        isSelected,
      };
    });
    const room = { width: viewport.canvas.clientWidth, height: viewport.canvas.clientHeight };
    const places = placeAll(marks, room, shown ? [placeOfScale(room)] : []);
    layer.replaceChildren(...marks.map((mark) => drawOne(mark, places.get(mark) ?? null)));
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
 * Break words into short lines; what is left over ends in an ellipsis.
 * @param {string} text
 * @param {number} most Lines.
 * @returns {string[]}
 */
export function broken(text, most = MOST_LINES) {
  const lines = [];
  let rest = text.trim();
  while (rest !== "") {
    const space = rest.lastIndexOf(" ", LONGEST_LINE);
    const end = rest.length <= LONGEST_LINE ? rest.length : space > 0 ? space : LONGEST_LINE;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trim();
  }
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), `${lines[most - 1].slice(0, LONGEST_LINE - 1)}…`];
}

/**
 * Find places for the words of all marks, the selected one first. Words without a place are left to the list in the panel.
 * @param {Shown[]} marks
 * @param {Size} room The pane, in CSS pixels.
 * @param {Box[]} taken
 * @returns {Map<Shown, Point | null>} Upper left corners.
 */
function placeAll(marks, room, taken) {
  const places = new Map();
  const kept = [...taken];
  for (const mark of [...marks].sort((a, b) => Number(b.isSelected) - Number(a.isSelected))) {
    if (mark.points.length < 2 || mark.lines.length === 0) continue;
    const size = sizeOf(mark.lines);
    const place = findPlace(bestPlace(mark, size), boxRound(mark.points), size, room, kept);
    places.set(mark, place);
    if (place) kept.push({ ...place, ...size });
  }
  return places;
}

/**
 * @param {Shown} mark
 * @param {Point | null} place Of its words.
 * @returns {SVGElement}
 */
function drawOne({ one, points, lines, isSelected }, place) {
  const kind = KINDS.get(one.kind);
  const group = element("g", { class: isSelected ? "annotation selected" : "annotation" });
  if (!kind || points.length < 2) return group;
  group.append(...kind.draw(points).flatMap(([name, attributes]) => shaded(name, { ...attributes, class: "mark" })));
  if (isSelected) group.append(...points.map(({ x, y }) => element("circle", { cx: x, cy: y, r: 4.5, class: "handle" })));
  if (place) group.append(...lines.map((line, i) => drawLine(line, { x: place.x, y: place.y + i * LINE_HEIGHT })));
  return group;
}

/**
 * @param {string} line
 * @param {Point} at Its upper left corner.
 */
function drawLine(line, { x, y }) {
  return element("text", { x, y: y + ASCENT, class: "words" }, line);
}

/**
 * @param {Shown} mark
 * @param {Size} size Of its words.
 * @returns {Point} Beside the shape; an arrow's words stand at its tail, on the side that it points away from.
 */
function bestPlace({ one, points }, size) {
  if (one.kind === "arrow") {
    const [tail, tip] = points;
    return { x: tip.x > tail.x ? tail.x - size.width - 6 : tail.x + 6, y: tail.y - size.height / 2 };
  }
  const right = points.reduce((most, point) => (point.x > most.x ? point : most));
  return { x: right.x + 10, y: right.y + 4 - ASCENT };
}

/**
 * @param {string[]} lines
 * @returns {Size}
 */
function sizeOf(lines) {
  return { width: LETTER * Math.max(...lines.map(({ length }) => length)), height: LINE_HEIGHT * lines.length };
}
