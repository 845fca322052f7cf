// @ts-check
/** The sentences that scripts say, from the page's catalogue (`templates/words/`). */
import { need } from "./page-data.js";

/** @type {Record<string, any> | null} */
let catalogue = null;

/**
 * Return a sentence by its dotted key, filled in.
 * @param {string} key
 * @param {Record<string, string | number>} [values] What stands in braces; `n` also chooses between forms.
 * @returns {string}
 */
export function say(key, values = {}) {
  catalogue ??= JSON.parse(need("#words").textContent ?? "{}");
  /** @type {any} */
  let found = catalogue;
  for (const part of key.split(".")) found = found?.[part];
  if (typeof found === "object") found = found[values.n === 1 ? "one" : "other"];
  if (typeof found !== "string") throw new Error(`no words for ${key}`);
  return found.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}
