// @ts-check
/** Key to command: the one table that keys, the hints on the controls and the list of keys are made from. */

/** @typedef {{key: string, command: string, shown?: string, where?: "stage" | "covered", ctrl?: true}} Binding */

/** @type {Binding[]} */
export const KEYMAP = [
  { key: "k", command: "previous-case" },
  { key: "j", command: "next-case" },
  { key: "Backspace", command: "worklist", shown: "⌫" },
  { key: "w", command: "tool-window" },
  { key: "z", command: "tool-zoom" },
  { key: "p", command: "tool-pan" },
  { key: "m", command: "tool-magnify" },
  { key: "i", command: "invert" },
  { key: "f", command: "fit" },
  { key: "1", command: "actual-size" },
  { key: "+", command: "zoom-in" },
  { key: "-", command: "zoom-out" },
  { key: "7", command: "turn-left" },
  { key: "8", command: "mirror" },
  { key: "9", command: "turn-right" },
  { key: "6", command: "as-stored" },
  { key: "0", command: "preset-as-sent" },
  { key: "2", command: "preset-lungs" },
  { key: "3", command: "preset-mediastinum" },
  { key: "4", command: "preset-contrast" },
  { key: "q", command: "tool-region" },
  { key: "/", command: "tool-cover" },
  { key: "ArrowUp", command: "up", shown: "↑", where: "stage" },
  { key: "ArrowDown", command: "down", shown: "↓", where: "stage" },
  { key: "ArrowLeft", command: "left", shown: "←", where: "stage" },
  { key: "ArrowRight", command: "right", shown: "→", where: "stage" },
  { key: "l", command: "tool-ruler" },
  { key: "g", command: "tool-angle" },
  { key: "x", command: "tool-cardiothoracic-ratio" },
  { key: "r", command: "tool-rectangle" },
  { key: "e", command: "tool-ellipse" },
  { key: "t", command: "tool-arrow" },
  { key: "Delete", command: "remove", shown: "Del" },
  { key: "z", command: "undo", shown: "Ctrl Z", ctrl: true },
  { key: "y", command: "redo", shown: "Ctrl Y", ctrl: true },
  { key: "Escape", command: "cancel", shown: "Esc" },
  { key: "h", command: "heatmap" },
  { key: "b", command: "heatmap-blink" },
  { key: "o", command: "heatmap-contour" },
  { key: "5", command: "heatmap-palette" },
  { key: "]", command: "opacity-up" },
  { key: "[", command: "opacity-down" },
  { key: ".", command: "above-up" },
  { key: ",", command: "above-down" },
  { key: "s", command: "compare" },
  { key: "v", command: "flicker" },
  { key: "a", command: "agree" },
  { key: "d", command: "disagree" },
  { key: "u", command: "unsure" },
  { key: "c", command: "comment" },
  { key: "Enter", command: "sign", shown: "Enter" },
  { key: "c", command: "impression-covid-19", where: "covered" },
  { key: "o", command: "impression-other", where: "covered" },
  { key: "a", command: "impression-normal", where: "covered" },
  { key: "u", command: "impression-unsure", where: "covered" },
  { key: ";", command: "read-first" },
  { key: "y", command: "copy-report" },
  { key: "n", command: "names" },
  { key: "?", command: "help" },
];

/**
 * Return what is written on a control for a command's key, or an empty text.
 * @param {string} command
 * @returns {string}
 */
export function keyOf(command) {
  const binding = KEYMAP.find((candidate) => candidate.command === command);
  return binding ? (binding.shown ?? binding.key.toUpperCase()) : "";
}

/**
 * Find the command of a key press. Keys with Ctrl, Alt or Meta are the browser's, but for undo and redo, and for
 * Ctrl+Enter, which signs from within the comment.
 * @param {{key: string, ctrlKey: boolean, altKey: boolean, metaKey: boolean, shiftKey?: boolean}} event
 * @param {boolean} onStage Whether the stage, or nothing, has the focus.
 * @param {boolean} [covered] Whether the reading is covered: what belongs to it gives its keys to the impression.
 * @returns {string | null}
 */
export function commandOf(event, onStage, covered = false) {
  const held = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (held && event.shiftKey && key === "z") return "redo";
  if (event.altKey) return null;
  const found = KEYMAP.filter(
    (candidate) =>
      candidate.key === key &&
      (candidate.where !== "stage" || onStage) &&
      (candidate.where !== "covered" || covered) &&
      (key === "Enter" || Boolean(candidate.ctrl) === held),
  );
  return (found.find(({ where }) => where === "covered") ?? found[0])?.command ?? null;
}
