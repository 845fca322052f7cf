// @ts-check
/**
 * Windowing, pure: values to grey, the presets, and how a drag changes a window.
 * The formulas are those of DICOM PS3.3 C.11.2.1.2 and C.11.2.1.3; the server's are tested against the same numbers.
 */

/** @typedef {"LINEAR" | "LINEAR_EXACT" | "SIGMOID"} VoiLutFunction */
/** @typedef {{center: number, width: number}} Window In shares of the window that the file asks for: 0 = its black end, 1 = its white end. */

/** The window that shows the radiograph as the network's preprocessing received it. @type {Readonly<Window>} */
export const AS_SENT = Object.freeze({ center: 0.5, width: 1 });

export const MIN_WIDTH = 0.01;
const MAX_WIDTH = 4;
const CENTERS = { least: -1.5, most: 2.5 };

/** Chosen by eye on frontal radiographs. The command of each is `preset-` and its name. */
export const PRESETS = [
  { name: "as-sent", window: AS_SENT },
  { name: "lungs", window: { center: 0.35, width: 0.6 } },
  { name: "mediastinum", window: { center: 0.7, width: 0.6 } },
  { name: "contrast", window: { center: 0.5, width: 0.5 } },
];

/**
 * Map one value through a window to [0, 1].
 * @param {number} value In the same unit as center and width.
 * @param {number} center Window Center (0028,1050).
 * @param {number} width Window Width (0028,1051); at least 1 for LINEAR, above 0 otherwise.
 * @param {VoiLutFunction} [voiLutFunction] VOI LUT Function (0028,1056).
 * @returns {number}
 */
export function applyVoiWindow(value, center, width, voiLutFunction = "LINEAR") {
  if (voiLutFunction === "SIGMOID") return 1 / (1 + Math.exp((-4 * (value - center)) / width));
  if (voiLutFunction === "LINEAR_EXACT") return ramp(value, center, width);
  if (width === 1) return value <= center - 0.5 ? 0 : 1; // the ramp of LINEAR has no length then
  return ramp(value, center - 0.5, width - 1);
}

/**
 * Change a window by a drag: to the right widens, downwards raises the center and so darkens.
 * @param {Window} window
 * @param {number} dx Share of the stage's width.
 * @param {number} dy Share of the stage's height.
 * @returns {Window}
 */
export function dragWindow({ center, width }, dx, dy) {
  return within({ center: center + dy, width: width + dx });
}

/**
 * Keep a window where it still shows something.
 * @param {Window} window
 * @returns {Window}
 */
export function within({ center, width }) {
  return {
    center: Math.min(CENTERS.most, Math.max(CENTERS.least, center)),
    width: Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, width)),
  };
}

/**
 * @param {Window} window
 * @returns {string | null} The preset that it is.
 */
export function presetOf({ center, width }) {
  const near = (/** @type {number} */ a, /** @type {number} */ b) => Math.abs(a - b) < 1e-6;
  return PRESETS.find(({ window }) => near(window.center, center) && near(window.width, width))?.name ?? null;
}

/**
 * @param {number} value
 * @param {number} center
 * @param {number} width
 * @returns {number}
 */
function ramp(value, center, width) {
  return Math.min(1, Math.max(0, (value - center) / width + 0.5));
}
