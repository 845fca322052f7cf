// @ts-check
/** What the network saw: the steps of the preprocessing as small pictures, enlarged on a click. */
import { need } from "../../page-data.js";
import { say } from "../../words.js";

/** @typedef {{name: string, sentence: string, low: number, high: number, least: number, most: number, rows: number, columns: number, href: string}} Step */

/** Fetch the steps of the panel's reading; they are computed on request, so the radiograph comes first. */
export async function showSteps() {
  const block = document.querySelector("[data-saw]");
  if (!(block instanceof HTMLElement) || block.dataset.filled) return;
  block.dataset.filled = "yes";
  const count = need("[data-saw-count]", block);
  count.textContent = say("panel.steps_loading");
  try {
    const response = await fetch(block.dataset.saw ?? "", { headers: { Accept: "application/json" } });
    if (!response.ok) throw new TypeError(`status ${response.status}`);
    /** @type {Step[]} */
    const steps = await response.json();
    count.textContent = say("panel.steps", { n: steps.length });
    need("[data-saw-list]", block).replaceChildren(...steps.map((_, index) => thumbnail(steps, index)));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    count.textContent = say("panel.steps_missing");
  }
}

/**
 * Say the range of a step: what black and white stand for, and the values that occur.
 * @param {Step} step
 * @returns {string}
 */
export function describeRange({ low, high, least, most, rows, columns }) {
  const numbers = { low: plain(low), high: plain(high), least: plain(least), most: plain(most) };
  return say("panel.step_range", { columns, rows, ...numbers });
}

/**
 * @param {Step[]} steps
 * @param {number} index
 * @returns {HTMLElement}
 */
function thumbnail(steps, index) {
  const step = steps[index];
  const item = document.createElement("li");
  const button = Object.assign(document.createElement("button"), { type: "button", title: step.name });
  button.setAttribute("aria-label", say("panel.step", { n: index + 1, name: step.name }));
  button.append(Object.assign(document.createElement("img"), { src: step.href, alt: "" }));
  button.addEventListener("click", () => enlarge(steps, index));
  item.append(button);
  return item;
}

/**
 * @param {Step[]} steps
 * @param {number} index
 */
function enlarge(steps, index) {
  const dialog = /** @type {HTMLDialogElement} */ (need("[data-enlarged]"));
  const step = steps[index];
  need("[data-enlarged-title]").textContent = say("panel.step_title", { n: index + 1, all: steps.length, name: step.name });
  need("[data-enlarged-text]").textContent = step.sentence;
  need("[data-enlarged-range]").textContent = describeRange(step);
  need("[data-enlarged-input]").hidden = index !== steps.length - 1;
  Object.assign(need("[data-enlarged-image]"), { src: step.href, alt: step.sentence });
  for (const [selector, to] of /** @type {const} */ ([["[data-enlarged-previous]", index - 1], ["[data-enlarged-next]", index + 1]])) {
    const button = /** @type {HTMLButtonElement} */ (need(selector));
    button.disabled = !steps[to];
    button.onclick = () => enlarge(steps, to);
  }
  dialog.onkeydown = ({ key }) => {
    const to = key === "ArrowLeft" ? index - 1 : key === "ArrowRight" ? index + 1 : index;
    if (to !== index && steps[to]) enlarge(steps, to);
  };
  if (!dialog.open) dialog.showModal();
}

/**
 * @param {number} value
 * @returns {string}
 */
function plain(value) {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
