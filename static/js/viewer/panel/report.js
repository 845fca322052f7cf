// @ts-check
/** The reading as text for a report, with the reader's own measurements, to be copied in one go. */
import { say } from "../../words.js";

/** @param {string[]} marks What the annotations say, one line each. */
export async function copyReport(marks) {
  const source = document.querySelector("[data-report]");
  const state = document.querySelector("[data-report-state]");
  if (!(source instanceof HTMLElement) || !state) return;
  const text = withMarks(source.textContent ?? "", marks);
  try {
    await navigator.clipboard.writeText(text);
    state.textContent = say("panel.copied");
  } catch {
    // Without a secure connection or permission the text is selected instead.
    source.closest("details")?.setAttribute("open", "");
    window.getSelection()?.selectAllChildren(source);
    state.textContent = say("panel.selected");
  }
}

/**
 * Put measurements before the notice, which is the last line.
 * @param {string} report
 * @param {string[]} marks
 * @returns {string}
 */
export function withMarks(report, marks) {
  if (marks.length === 0) return report.trim();
  const lines = report.trim().split("\n");
  return [...lines.slice(0, -1), ...marks.map((mark) => say("marks.measured", { mark })), ...lines.slice(-1)].join("\n");
}
