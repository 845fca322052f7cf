// @ts-check
/** What the file holds below the pointer: stored, modality and displayed value, and the heatmap's evidence. */
import { say } from "../../words.js";
import { evidenceAt } from "../draw/evidence.js";
import { displayFunction, isPadding, modalityOf, storedOf } from "./grayscale.js";

/** @typedef {import("./transform.js").Point} Point */
/** @typedef {{x: number, y: number, stored: number | null, modality: number, padding: boolean, displayed: number, evidence: number | null}} Probed */

/**
 * @param {import("./viewport.js").Drawn} drawn
 * @param {Point} point In pixels of the radiograph.
 * @returns {Probed | null} `null` outside the radiograph.
 */
export function probe({ scene, shown }, point) {
  if (!scene) return null;
  const { image } = scene;
  const [x, y] = [Math.floor(point.x), Math.floor(point.y)];
  if (x < 0 || y < 0 || x >= image.width || y >= image.height) return null;
  const modality = modalityOf(image.grayscale, image.pixels[y * image.width + x]);
  return {
    x,
    y,
    stored: storedOf(image.grayscale, modality),
    modality,
    padding: isPadding(image.grayscale, modality),
    displayed: displayFunction(image.grayscale, scene.window, scene.inverted)(modality),
    evidence: shown && evidenceAt(shown, point),
  };
}

/**
 * Say a probe in one line.
 * @param {Probed | null} found
 * @returns {string}
 */
export function describeProbe(found) {
  if (!found) return "";
  const modality = Number(found.modality.toFixed(2));
  const words = [
    say("probe.place", { x: found.x, y: found.y }),
    say("probe.stored", { value: found.stored ?? "–" }),
    found.padding ? say("probe.padding", { value: modality }) : say("probe.modality", { value: modality }),
    say("probe.shown", { value: Math.round(found.displayed * 255) }),
    found.evidence !== null && say("probe.evidence", { value: found.evidence.toFixed(2) }),
  ];
  return words.filter(Boolean).join(" · ");
}
