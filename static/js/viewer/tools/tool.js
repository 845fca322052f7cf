// @ts-check
/** What every tool of the stage is: told of presses, moves and releases, by pointer or by keyboard alike. */

/** @typedef {import("../stage/transform.js").Point} Point */
/**
 * @typedef {object} At
 * @property {Point} canvas In device pixels.
 * @property {Point} image In pixels of the radiograph.
 * @property {"mouse" | "touch" | "pen" | "keyboard"} by
 */
/**
 * @typedef {object} Tool
 * @property {string} name
 * @property {boolean} points Whether it works at a point, so that the arrow keys move a cursor.
 * @property {(at: At) => void} press
 * @property {(at: At) => void} move While pressed.
 * @property {(at: At) => void} release
 * @property {(at: At) => void} [hover] While not pressed.
 * @property {() => void} [cancel] Leave what is half done.
 * @property {() => boolean} [isHalfDone] Whether something would be left.
 * @property {(x: number, y: number) => void} [arrow] Arrow keys, for tools that work at no point; steps of 1.
 */
export {};
