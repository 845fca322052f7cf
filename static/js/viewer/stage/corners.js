// @ts-check
/** Texts in the corners of a pane: window, zoom and the way the picture is turned. */
import { need } from "../../page-data.js";
import { say } from "../../words.js";
import { describeWindow } from "./grayscale.js";

/** @typedef {import("./viewport.js").Drawn} Drawn */

/**
 * Keep the corner texts of a pane in line with what is drawn.
 * @param {HTMLElement} pane
 * @param {import("./viewport.js").Viewport} viewport
 */
export function keepCorners(pane, viewport) {
  const [windowState, zoomState, poseState] = ["window", "zoom", "pose"].map((name) => need(`[data-${name}-state]`, pane));
  viewport.addEventListener("drawn", (event) => {
    const { scene } = /** @type {CustomEvent<Drawn>} */ (event).detail;
    write(windowState, scene ? describeWindow(scene.image.grayscale, scene.window, scene.inverted) : "");
    write(zoomState, scene ? say("stage.zoom", { scale: scene.view.scale.toFixed(2) }) : "");
    write(poseState, scene ? describePose(scene.view) : "");
  });
}

/**
 * Say a pose in the order that leads to it. A pose is mirrored first; to turn by 90° and then mirror is the same as to
 * mirror and then turn by 270°, and a reader who has turned once is not told of three turns.
 * @param {import("./transform.js").Pose} pose
 * @returns {string} Empty as stored.
 */
export function describePose({ turn, mirrored }) {
  const isMirroredLast = mirrored && turn > 90;
  const degrees = isMirroredLast ? 360 - turn : turn;
  const words = [degrees !== 0 && say("stage.turned", { degrees }), mirrored && say("stage.mirrored")];
  return (mirrored && !isMirroredLast ? words.reverse() : words).filter(Boolean).join(" · ");
}

/**
 * Set a text only where it differs, so that nothing is laid out anew while dragging.
 * @param {HTMLElement} element
 * @param {string} text
 */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
