// @ts-check
/** Key to command: the one table that keys, the hints on the controls and the list of keys are made from. */

/** @typedef {{key: string, command: string, shown?: string, where?: "stage"}} Binding */

/** @type {Binding[]} */
export const KEYMAP = [
  { key: "k", command: "previous-case" },
  { key: "j", command: "next-case" },
  { key: "Backspace", command: "worklist", shown: "⌫" },
  { key: "w", command: "tool-window" },
  { key: "z", command: "tool-zoom" },
  { key: "p", command: "tool-pan" },
  { key: "i", command: "invert" },
  { key: "f", command: "fit" },
  { key: "1", command: "actual-size" },
  { key: "+", command: "zoom-in" },
  { key: "-", command: "zoom-out" },
  { key: "0", command: "preset-as-sent" },
  { key: "2", command: "preset-lungs" },
  { key: "3", command: "preset-mediastinum" },
  { key: "4", command: "preset-contrast" },
  { key: "ArrowUp", command: "window-brighter", shown: "↑", where: "stage" },
  { key: "ArrowDown", command: "window-darker", shown: "↓", where: "stage" },
  { key: "ArrowRight", command: "window-wider", shown: "→", where: "stage" },
  { key: "ArrowLeft", command: "window-narrower", shown: "←", where: "stage" },
  { key: "h", command: "heatmap" },
  { key: "]", command: "opacity-up" },
  { key: "[", command: "opacity-down" },
  { key: "a", command: "agree" },
  { key: "d", command: "disagree" },
  { key: "u", command: "unsure" },
  { key: "c", command: "comment" },
  { key: "Enter", command: "sign", shown: "Enter" },
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
 * Find the command of a key press. Keys with Ctrl, Alt or Meta are the browser's, but for Ctrl+Enter, which signs from
 * within the comment.
 * @param {{key: string, ctrlKey: boolean, altKey: boolean, metaKey: boolean}} event
 * @param {boolean} onStage Whether the stage, or nothing, has the focus.
 * @returns {string | null}
 */
export function commandOf(event, onStage) {
  if ((event.ctrlKey || event.altKey || event.metaKey) && event.key !== "Enter") return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const binding = KEYMAP.find((candidate) => candidate.key === key && (candidate.where !== "stage" || onStage));
  return binding?.command ?? null;
}
