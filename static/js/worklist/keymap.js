// @ts-check
/** Every key of the worklist: what it is called and what it does. The help lists this table. */
import { need } from "../page-data.js";
import { say } from "../words.js";

/**
 * @typedef {object} Command
 * @property {string[]} keys As `KeyboardEvent.key` names them, letters small.
 * @property {string} shown How the keys are written in the help.
 * @property {string} words Key of its name in the catalogue.
 * @property {(key: string) => void} run
 */

/** @param {Command[]} commands */
export function listenForKeys(commands) {
  const byKey = new Map(commands.flatMap((command) => command.keys.map((key) => [key, command])));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isCovered()) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const command = byKey.get(key);
    if (!command || (key === "Enter" && document.activeElement !== document.body)) return;
    if (key.length > 1 && isInTray(event.target)) return; // arrows, Home and End scroll the tray
    event.preventDefault();
    command.run(key);
  });
}

/** @param {Command[]} commands */
export function openHelp(commands) {
  const list = need("[data-help-list]");
  list.replaceChildren(
    ...commands.flatMap(({ shown, words }) => {
      const [name, keys] = [document.createElement("dt"), document.createElement("dd")];
      name.textContent = say(words);
      keys.append(
        ...shown.split(" ").map((key) => Object.assign(document.createElement("kbd"), { textContent: key })),
      );
      return [name, keys];
    }),
  );
  /** @type {HTMLDialogElement} */ (need("[data-help]")).showModal();
}

/** Follow a link of the page by its selector, where it is there and nothing covers it. */
export function follow(/** @type {string} */ selector) {
  const link = document.querySelector(selector);
  if (link instanceof HTMLElement && link.checkVisibility()) link.click();
}

/** @returns {boolean} Whether a dialog lies over the page. */
function isCovered() {
  return document.querySelector("dialog[open]") !== null;
}

/** @returns {boolean} */
function isInTray(/** @type {EventTarget | null} */ target) {
  return target instanceof Element && target.closest("[data-tray]") !== null;
}

/**
 * Say whether a key press belongs to the control that has the focus.
 * @param {EventTarget | null} target
 * @returns {boolean}
 */
function isTyping(target) {
  if (target instanceof HTMLInputElement) return target.type !== "file";
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
