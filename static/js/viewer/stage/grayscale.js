// @ts-check
/** From a radiograph's 16-bit values to modality values, stored values and greys, as `model/imaging/pixels.py` does it. */
import { say } from "../../words.js";
import { applyVoiWindow, presetOf, within } from "./windowing.js";

/** @typedef {import("./windowing.js").Window} Window */
/** @typedef {import("./windowing.js").VoiLutFunction} VoiLutFunction */
/** @typedef {{kind: "window", function: VoiLutFunction, center: number, width: number, low: number, high: number, is_given: boolean}} VoiWindow */
/** @typedef {{kind: "lut", low: number, high: number, entries: number[]}} VoiLut 65535 = white before polarity. */
/**
 * @typedef {object} Grayscale As `GET /radiographs/{radiograph_id}/grayscale` answers.
 * @property {number} rows
 * @property {number} columns
 * @property {number} low Modality value of value 0.
 * @property {number} step Modality units from one value to the next.
 * @property {number} levels Values run from 0 to levels - 1.
 * @property {boolean} is_inverted MONOCHROME1: polarity changes after the window.
 * @property {[number, number] | null} padding Inclusive range of modality values outside the image.
 * @property {VoiWindow | VoiLut} voi
 * @property {number} pixel_aspect_ratio Height of a pixel over its width.
 * @property {{slope: number, intercept: number} | null} stored
 */

export const TABLE_SIZE = 65536;

/**
 * @param {Grayscale} grayscale
 * @param {number} value
 * @returns {number}
 */
export function modalityOf({ low, step }, value) {
  return low + step * value;
}

/**
 * @param {Grayscale} grayscale
 * @param {number} modality
 * @returns {number | null} `null` where a table made the modality values.
 */
export function storedOf({ stored }, modality) {
  return stored && Math.round((modality - stored.intercept) / stored.slope);
}

/**
 * @param {Grayscale} grayscale
 * @param {number} modality
 * @returns {boolean}
 */
export function isPadding({ padding }, modality) {
  return padding !== null && modality >= padding[0] && modality <= padding[1];
}

/**
 * The values of padding, as they come over the wire.
 * @param {Grayscale} grayscale
 * @returns {[number, number] | null} Inclusive; `null` where there is none.
 */
export function paddingValues({ padding, low, step, levels }) {
  if (!padding) return null;
  const first = Math.max(0, Math.ceil((padding[0] - low) / step - 1e-6));
  const last = Math.min(levels - 1, Math.floor((padding[1] - low) / step + 1e-6));
  return first <= last ? [first, last] : null;
}

/**
 * The window in modality units.
 * @param {Grayscale} grayscale
 * @param {Window} window
 * @returns {{low: number, high: number, center: number, width: number}}
 */
export function modalityWindow({ voi, step, is_inverted: isInverted }, { center, width }) {
  const extent = Math.max(voi.high - voi.low, step / 2);
  const middle = voi.low + (isInverted ? 1 - center : center) * extent;
  const length = Math.max(width * (voi.high - voi.low), 0);
  const [low, high] = [middle - length / 2, middle + length / 2];
  // LINEAR counts from the middle of its first value to the middle of its last.
  if (voi.kind === "window" && voi.function === "LINEAR") return { low, high, center: middle + 0.5, width: length + 1 };
  return { low, high, center: middle, width: length };
}

/**
 * The window whose ends are two modality values.
 * @param {Grayscale} grayscale
 * @param {number} low
 * @param {number} high
 * @returns {Window}
 */
export function windowBetween({ voi, step, is_inverted: isInverted }, low, high) {
  const extent = Math.max(voi.high - voi.low, step / 2);
  const center = ((low + high) / 2 - voi.low) / extent;
  return within({ center: isInverted ? 1 - center : center, width: (high - low) / extent });
}

/**
 * Make the function from modality value to displayed value, [0, 1], 0 = black.
 * @param {Grayscale} grayscale
 * @param {Window} window
 * @param {boolean} inverted Whether the reader turned black and white round.
 * @returns {(modality: number) => number}
 */
export function displayFunction(grayscale, window, inverted) {
  const { voi } = grayscale;
  const { low, high, center, width } = modalityWindow(grayscale, window);
  const flips = grayscale.is_inverted !== inverted;
  const shape =
    voi.kind === "lut"
      ? (/** @type {number} */ value) => lookUp(voi.entries, (value - low) / (high - low || 1))
      : (/** @type {number} */ value) => applyVoiWindow(value, center, width, voi.function);
  return (modality) => {
    if (isPadding(grayscale, modality)) return 0;
    const grey = shape(modality);
    return flips ? 1 - grey : grey;
  };
}

/**
 * Greys for a table over the whole range of values; entry i stands for value i / 65535 · (levels - 1).
 * Padding is left to whoever draws: it must not blend into its neighbours.
 * @param {Grayscale} grayscale
 * @param {Window} window
 * @param {boolean} inverted
 * @returns {Uint8ClampedArray} 65536 entries, [0, 255].
 */
export function greyTable(grayscale, window, inverted) {
  const display = displayFunction({ ...grayscale, padding: null }, window, inverted);
  const perEntry = (grayscale.step * (grayscale.levels - 1)) / (TABLE_SIZE - 1);
  const table = new Uint8ClampedArray(TABLE_SIZE);
  for (let i = 0; i < TABLE_SIZE; i += 1) table[i] = 255 * display(grayscale.low + perEntry * i);
  return table;
}

/**
 * Say a window in words for the corner of the stage: `C 2048 W 4096 · linear · as sent`.
 * @param {Grayscale} grayscale
 * @param {Window} window
 * @param {boolean} inverted
 * @returns {string}
 */
export function describeWindow(grayscale, window, inverted) {
  const { voi } = grayscale;
  const { center, width } = modalityWindow(grayscale, window);
  const name = voi.kind === "lut" ? "lut" : voi.function;
  const shape = say(`functions.${name}`);
  const preset = presetOf(window);
  const numbers = say("stage.window", { center: plain(center), width: plain(width) });
  const words = [numbers, shape, preset && say(`presets.${preset}`), inverted && say("stage.inverted")];
  return words.filter(Boolean).join(" · ");
}

/**
 * @param {number} value
 * @returns {string} Whole numbers from 100 on, else up to two decimals.
 */
function plain(value) {
  return String(Number(value.toFixed(Math.abs(value) >= 100 ? 0 : 2)));
}

/**
 * @param {number[]} entries
 * @param {number} share Of the table's length; beyond its ends the ends hold.
 * @returns {number} [0, 1]
 */
function lookUp(entries, share) {
  const last = entries.length - 1;
  return entries[Math.min(last, Math.max(0, Math.round(share * last)))] / 65535;
}
