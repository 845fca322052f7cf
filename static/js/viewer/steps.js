// @ts-check
/** What the network saw: the steps of the preprocessing as small pictures, enlarged on a click. */
import { need } from "../page-data.js";

/** @typedef {{name: string, sentence: string, low: number, high: number, href: string}} Step */

/** Fetch the steps of the panel's reading; they are computed on request, so the radiograph comes first. */
export async function showSteps() {
  const block = document.querySelector("[data-saw]");
  if (!(block instanceof HTMLElement) || block.dataset.filled) return;
  block.dataset.filled = "yes";
  const count = need("[data-saw-count]", block);
  count.textContent = "loading…";
  try {
    const response = await fetch(block.dataset.saw ?? "", { headers: { Accept: "application/json" } });
    if (!response.ok) throw new TypeError(`status ${response.status}`);
    const answer = await response.json();
    /** @type {Step[]} */
    const steps = Array.isArray(answer) ? answer : answer.steps;
    count.textContent = `${steps.length} steps`;
    need("[data-saw-list]", block).replaceChildren(...steps.map(thumbnail));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    count.textContent = "not available now";
  }
}

/**
 * @param {Step} step
 * @param {number} index
 * @returns {HTMLElement}
 */
function thumbnail(step, index) {
  const item = document.createElement("li");
  const button = Object.assign(document.createElement("button"), { type: "button", title: step.name });
  button.setAttribute("aria-label", `Step ${index + 1}, ${step.name}: enlarge`);
  button.append(Object.assign(document.createElement("img"), { src: step.href, alt: "" }));
  button.addEventListener("click", () => enlarge(step, index));
  item.append(button);
  return item;
}

/**
 * @param {Step} step
 * @param {number} index
 */
function enlarge(step, index) {
  const dialog = /** @type {HTMLDialogElement} */ (need("[data-enlarged]"));
  need("[data-enlarged-title]").textContent = `${index + 1}. ${step.name}`;
  need("[data-enlarged-text]").textContent = `${step.sentence} Black is ${plain(step.low)}, white is ${plain(step.high)}.`;
  Object.assign(need("[data-enlarged-image]"), { src: step.href, alt: step.sentence });
  dialog.showModal();
}

/**
 * @param {number} value
 * @returns {string}
 */
function plain(value) {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
