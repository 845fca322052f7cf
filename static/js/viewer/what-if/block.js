// @ts-check
/** What the network says with regions covered, in the panel beside what it says as read. */
import { need } from "../../page-data.js";
import { formatProbability } from "../../probability.js";
import { say } from "../../words.js";

/** @typedef {import("./covering.js").Covering} Covering */

/**
 * Keep block and tool in line with what is covered.
 * @param {Covering} covering
 */
export function keepBlock(covering) {
  const show = () => {
    showTool(covering.isOpen);
    const block = document.querySelector("[data-what-if]"); // looked up each time: the panel is replaced
    if (block instanceof HTMLElement) showBlock(block, covering);
  };
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-uncover]")) covering.uncover();
  });
  covering.addEventListener("changed", show);
  show();
}

/** @param {boolean} isOpen */
function showTool(isOpen) {
  for (const control of document.querySelectorAll('[data-command="tool-cover"]')) {
    if (!(control instanceof HTMLButtonElement)) continue;
    control.disabled = !isOpen;
    control.title = isOpen ? "" : say("what_if.closed");
  }
}

/**
 * @param {HTMLElement} block
 * @param {Covering} covering
 */
function showBlock(block, { regions, answer, problem }) {
  block.hidden = regions.length === 0;
  for (const cell of block.querySelectorAll("[data-covered]")) {
    const probability = answer?.covered.probabilities[cell.getAttribute("data-covered") ?? ""];
    cell.textContent = probability === undefined ? "…" : formatProbability(probability);
  }
  need("[data-what-if-title]", block).textContent = say("what_if.title", { n: regions.length });
  need("[data-what-if-state]", block).textContent = problem ? "" : answer ? sayAnswer(answer) : say("what_if.asking");
  const alert = need("[data-what-if-problem]", block);
  alert.textContent = problem;
  alert.hidden = problem === "";
}

/**
 * @param {import("./covering.js").WhatIf} answer
 * @returns {string}
 */
function sayAnswer({ as_read: read, covered, covered_share: share }) {
  if (share === 0) return say("what_if.outside");
  const [from, to] = [read, covered].map(({ finding }) => say(`findings.${finding}`));
  return from === to ? say("what_if.stays", { finding: from }) : say("what_if.becomes", { from, to });
}
