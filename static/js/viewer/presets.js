// @ts-check
/** The list of window presets in the row of tools. */
import { need } from "../page-data.js";
import { keyOf } from "./keymap.js";
import { PRESETS } from "./windowing.js";

/**
 * Fill the list and keep it in line with the window.
 * @param {import("./viewport.js").Viewport} viewport
 */
export function offerPresets(viewport) {
  const list = /** @type {HTMLSelectElement} */ (need("[data-presets]"));
  list.append(...PRESETS.map(({ name, command }) => new Option(`${name} (${keyOf(command)})`, command)));
  const own = new Option("Own window", "own");
  own.hidden = true;
  list.append(own);
  list.addEventListener("change", () => {
    const preset = PRESETS.find(({ command }) => command === list.value);
    if (preset) viewport.setWindow({ window: preset.window });
    list.blur();
  });
  viewport.addEventListener("voi-modified", () => {
    const { center, width } = viewport.window;
    const preset = PRESETS.find(({ window }) => window.center === center && window.width === width);
    list.value = preset?.command ?? "own";
  });
}
