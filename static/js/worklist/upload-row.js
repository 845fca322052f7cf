// @ts-check
/** One file in the tray, in words: how far it is, what was found, or why not and what to do. */
import { need } from "../page-data.js";
import { formatProbability } from "../probability.js";
import { say } from "../words.js";
import { isSettled, receiptText } from "./receipts.js";

/** @typedef {import("./upload.js").Upload} Upload */

/**
 * @param {HTMLElement} row
 * @param {Upload} upload
 * @param {() => void} sendAgain
 */
export function fillRow(row, upload, sendAgain) {
  const parts = [".name", ".state", ".why", ".receipt", ".actions"].map((part) => need(part, row));
  const [name, state, why, receipt, actions] = parts;
  const progress = /** @type {HTMLProgressElement} */ (need("progress", row));
  name.textContent = name.title = upload.name;
  progress.hidden = isSettled(upload);
  progress.value = upload.progress;
  progress.setAttribute("aria-label", upload.name);
  state.className = `state ${upload.state}`;
  receipt.hidden = true;
  why.replaceChildren();
  actions.replaceChildren();
  if (upload.state === "read") sayFinding(state, why, upload.answer);
  else if (upload.state === "sent") saySent(state, why);
  else if (isSettled(upload)) sayReason(state, why, actions, upload, sendAgain);
  else state.textContent = say(`tray.state_${upload.state}`, { percent: Math.round(100 * upload.progress) });
  why.hidden = !why.hasChildNodes();
  actions.hidden = !actions.hasChildNodes();
}

/**
 * @param {HTMLElement} state
 * @param {HTMLElement} why
 * @param {any} answer
 */
function sayFinding(state, why, answer) {
  if (document.documentElement.hasAttribute("data-read-first")) {
    state.replaceChildren(link(answer.links.viewer, say("tray.covered")));
    state.classList.add("said");
    if (answer.duplicate) why.append(say("tray.duplicate"));
    return;
  }
  const dot = document.createElement("i");
  dot.className = `dot ${answer.finding}`;
  const probability = formatProbability(answer.probabilities["covid-19"]);
  const isCovid = answer.finding === "covid-19";
  const name = say(`findings.${answer.finding}`);
  state.replaceChildren(dot, link(answer.links.viewer, isCovid ? `${name} ${probability}` : name));
  state.classList.add("said");
  const more = isCovid ? [] : [say("tray.probability", { probability })];
  if (answer.duplicate) more.push(say("tray.duplicate"));
  if (more.length) why.append(more.join(" "));
}

/**
 * @param {HTMLElement} state
 * @param {HTMLElement} why
 */
function saySent(state, why) {
  state.textContent = say("tray.state_sent");
  state.classList.add("said");
  why.append(say("tray.sent_and_left"));
}

/**
 * @param {HTMLElement} state
 * @param {HTMLElement} why
 * @param {HTMLElement} actions
 * @param {Upload} upload
 * @param {() => void} sendAgain
 */
function sayReason(state, why, actions, upload, sendAgain) {
  const problem = upload.answer;
  state.textContent = say(`tray.state_${upload.state}`);
  state.classList.add("refused");
  if (problem?.code) why.append(Object.assign(document.createElement("b"), { textContent: problem.code }), " · ");
  why.append(problem?.detail ?? say("tray.no_answer"), measured(problem));
  if (!upload.file) why.append(" ", say("tray.gone"));
  if (problem?.case_id) actions.append(link(`/cases/${problem.case_id}`, say("tray.open")));
  if (upload.file) actions.append(button(say("tray.again"), sendAgain));
  if (problem?.code) actions.append(copyButton(actions, receiptText(upload)));
}

/**
 * @param {HTMLElement} actions
 * @param {string} text
 * @returns {HTMLButtonElement}
 */
function copyButton(actions, text) {
  const copy = button(say("tray.copy"), async () => {
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = say("tray.copied");
    } catch {
      // Without a secure connection or permission the text is shown and selected instead.
      const receipt = need(".receipt", actions.parentElement ?? document);
      receipt.textContent = text;
      receipt.hidden = false;
      window.getSelection()?.selectAllChildren(receipt);
      copy.textContent = say("tray.selected");
    }
  });
  return copy;
}

/**
 * @param {any} problem
 * @returns {string}
 */
function measured(problem) {
  if (typeof problem?.measured !== "number") return "";
  const value = plainNumber(problem.measured);
  if (typeof problem.limit !== "number") return ` ${say("tray.measured_only", { measured: value })}`;
  return ` ${say("tray.measured", { measured: value, limit: plainNumber(problem.limit) })}`;
}

/**
 * @param {number} value
 * @returns {string}
 */
function plainNumber(value) {
  return String(Number(value.toPrecision(3)));
}

/**
 * @param {string} href
 * @param {string} text
 * @returns {HTMLAnchorElement}
 */
function link(href, text) {
  return Object.assign(document.createElement("a"), { href, textContent: text });
}

/**
 * @param {string} text
 * @param {() => void} run
 * @returns {HTMLButtonElement}
 */
function button(text, run) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: text });
  made.addEventListener("click", run);
  return made;
}
