// @ts-check
/** Joins commands with buttons and keys, writes the keys on the controls, and lists them. */
import { need } from "../page-data.js";
import { say } from "../words.js";
import { KEYMAP, commandOf, keyOf } from "./keymap.js";

/** @typedef {import("./commands.js").Command} Command */

/**
 * Let buttons and keys run the commands.
 * @param {Map<string, Command>} commands
 * @param {object} state
 * @param {() => boolean} state.pressAtCursor What Enter and the space bar do on the stage; whether it had use for them.
 * @param {() => boolean} state.isCovered Whether the reading is covered, so that keys choose an impression.
 */
export function connect(commands, { pressAtCursor, isCovered }) {
  document.addEventListener("click", (event) => {
    const control = event.target instanceof Element ? event.target.closest("button[data-command]") : null;
    if (!(control instanceof HTMLElement)) return;
    const menu = control.closest("[popover]");
    if (menu instanceof HTMLElement) menu.hidePopover();
    commands.get(control.dataset.command ?? "")?.run({ shift: event.shiftKey });
  });
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") || isTyping(event)) return;
    if (event.key === "Escape" && document.querySelector(":popover-open")) return; // the browser closes it
    if ((event.key === "Enter" || event.key === " ") && isStage(event.target) && pressAtCursor()) {
      event.preventDefault();
      return;
    }
    const name = commandOf(event, onStage(), isCovered());
    if (!name || (event.key === "Enter" && pressesControl(event.target))) return;
    event.preventDefault();
    commands.get(name)?.run({ shift: event.shiftKey });
  });
}

/**
 * Write each command's key on its control.
 * @param {ParentNode} root
 */
export function writeKeys(root) {
  for (const control of root.querySelectorAll("[data-command]")) {
    const key = keyOf(control.getAttribute("data-command") ?? "");
    if (!key) continue;
    control.setAttribute("aria-keyshortcuts", key);
    if (control.querySelector("kbd")) continue;
    control.append(Object.assign(document.createElement("kbd"), { textContent: key }));
  }
  for (const hint of root.querySelectorAll("[data-key-of]")) {
    hint.textContent = keyOf(hint.getAttribute("data-key-of") ?? "");
  }
}

/**
 * Fill the list of keys from the same table.
 * @param {Map<string, Command>} commands
 */
export function fillHelp(commands) {
  const list = need("[data-help-list]");
  const groups = new Map(KEYMAP.map(({ command }) => [commands.get(command)?.group ?? "", /** @type {string[]} */ ([])]));
  for (const { command } of KEYMAP) groups.get(commands.get(command)?.group ?? "")?.push(command);
  for (const [group, names] of groups) {
    const section = document.createElement("section");
    section.append(Object.assign(document.createElement("h3"), { textContent: say(`groups.${group}`) }));
    const items = document.createElement("ul");
    for (const name of names) {
      const item = document.createElement("li");
      item.append(Object.assign(document.createElement("span"), { textContent: say(`commands.${name}`) }));
      item.append(Object.assign(document.createElement("kbd"), { textContent: keyOf(name) }));
      items.append(item);
    }
    section.append(items);
    list.append(section);
  }
}

/**
 * @param {EventTarget | null} target
 * @returns {target is HTMLTextAreaElement | HTMLInputElement}
 */
export function isTextField(target) {
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type === "text");
}

/** @param {EventTarget | null} target */
function isStage(target) {
  return target instanceof Element && target.matches("[data-stage]");
}

/** Keys of the arrows belong to the stage only while no other control has the focus. */
function onStage() {
  const focused = document.activeElement;
  return !focused || focused === document.body || focused instanceof HTMLElement && focused.matches("[data-stage]");
}

/**
 * @param {KeyboardEvent} event
 * @returns {boolean} Whether the key belongs to a field of text or a list.
 */
function isTyping(event) {
  const { target } = event;
  if (target instanceof HTMLTextAreaElement) return !(event.key === "Enter" && (event.ctrlKey || event.metaKey));
  return target instanceof HTMLSelectElement || isTextField(target);
}

/**
 * @param {EventTarget | null} target
 * @returns {boolean} Whether Enter presses the control that has the focus.
 */
function pressesControl(target) {
  return target instanceof Element && target.closest("a, button, summary") !== null;
}
