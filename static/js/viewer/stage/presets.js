// @ts-check
/** The window presets in their menu: the one that is in force is lit. */
import { PRESETS, presetOf } from "./windowing.js";

/**
 * Keep the menu in line with the window.
 * @param {import("./viewport.js").Viewport} viewport
 */
export function keepPresets(viewport) {
  const showWindow = () => {
    const current = presetOf(viewport.window);
    for (const { name } of PRESETS) {
      document.querySelector(`[data-command="preset-${name}"]`)?.setAttribute("aria-pressed", String(name === current));
    }
    document.querySelector('[data-command="invert"]')?.setAttribute("aria-pressed", String(viewport.inverted));
  };
  viewport.addEventListener("voi-modified", showWindow);
  showWindow();
  viewport.addEventListener("camera-modified", () => {
    document.querySelector('[data-command="mirror"]')?.setAttribute("aria-pressed", String(viewport.pose.mirrored));
  });
}
