// @ts-check
/** What every kind of annotation is: how many points it takes, how it is drawn and what it says. */

/** @typedef {import("../../stage/transform.js").Point} Point */
/** @typedef {{id: string, kind: string, points: Point[], text: string}} Annotation Points in pixels of the stored radiograph. */
/** @typedef {{image: import("../../stage/image.js").Image | null, spacing: import("../lengths.js").Spacing | null, viewPosition: string | null}} Context */
/**
 * @typedef {object} Kind
 * @property {string} name As it is stored; its title and what to do stand under it in the catalogue.
 * @property {number} nPoints
 * @property {(points: Point[]) => [string, Record<string, string | number>][]} draw Shapes from points in CSS pixels of the stage.
 * @property {(points: Point[], context: Context) => string[]} describe Lines beside the shape, from points of the radiograph.
 * @property {(points: Point[], turn: number) => Point[]} [constrain] Put the last point where the kind allows it.
 * @property {boolean} [isChain] Whether each line begins where the one before ended.
 * @property {boolean} [asksText] Whether it is nothing without words.
 */

/**
 * @param {Point} a
 * @param {Point} b
 * @returns {[string, Record<string, string | number>]}
 */
export function line(a, b) {
  return ["line", { x1: a.x, y1: a.y, x2: b.x, y2: b.y }];
}
