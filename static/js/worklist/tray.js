// @ts-check
/** The upload tray: one row a file, from its first byte to its finding or the reason of its refusal. */
import { need, pageData } from "../page-data.js";

/** @typedef {import("./upload.js").Upload} Upload */

/**
 * Write a probability as the server's pages do: two decimals, never as certainty.
 * @param {number} value
 * @returns {string}
 */
function formatProbability(value) {
  if (value < 0.005) return "<0.01";
  return value >= 0.995 ? ">0.99" : value.toFixed(2);
}

export class Tray {
  #element = need("[data-tray]");
  #list = need("[data-tray-list]");
  #title = need("[data-tray-title]");
  #template = /** @type {HTMLTemplateElement} */ (need("[data-tray-row]"));
  /** @type {Record<string, string>} */
  #names = pageData().finding_names;
  /** @type {Map<number, {upload: Upload, row: HTMLElement}>} */
  #rows = new Map();

  /** @param {() => void} onResize Called when the tray covers more or less of the page. */
  constructor(onResize) {
    this.onResize = onResize;
    need("[data-tray-close]").addEventListener("click", () => this.#close());
  }

  /** @param {Upload} upload */
  show(upload) {
    const known = this.#rows.get(upload.id);
    const row = known?.row ?? this.#add(upload);
    const state = need(".state", row);
    state.className = `state ${upload.state}`;
    const progress = /** @type {HTMLProgressElement} */ (need("progress", row));
    progress.hidden = upload.state !== "sending" && upload.state !== "reading";
    progress.value = upload.progress;
    if (upload.state === "read") this.#sayFinding(row, state, upload.answer);
    else if (upload.state === "refused" || upload.state === "failed") this.#sayReason(row, state, upload);
    else state.textContent = { waiting: "waiting", sending: "sending…", reading: "reading…" }[upload.state];
    this.#sayTitle();
    if (!known || progress.hidden) this.onResize();
  }

  /**
   * @param {Upload} upload
   * @returns {HTMLElement}
   */
  #add(upload) {
    const copy = /** @type {DocumentFragment} */ (this.#template.content.cloneNode(true));
    const row = need("li", copy);
    const name = need(".name", row);
    name.textContent = upload.name;
    name.title = upload.name;
    this.#list.append(row);
    this.#rows.set(upload.id, { upload, row });
    this.#element.hidden = false;
    return row;
  }

  /**
   * @param {HTMLElement} row
   * @param {HTMLElement} state
   * @param {any} answer
   */
  #sayFinding(row, state, answer) {
    const dot = document.createElement("i");
    dot.className = `dot ${answer.finding}`;
    const link = document.createElement("a");
    link.href = answer.links.viewer;
    const probability = formatProbability(answer.probabilities["covid-19"]);
    const name = this.#names[answer.finding];
    const isCovid = answer.finding === "covid-19";
    link.textContent = isCovid ? `${name} ${probability}` : name;
    state.replaceChildren(dot, link);
    state.classList.add("said");
    const more = isCovid ? [] : [`COVID-19 probability ${probability}.`];
    if (answer.duplicate) more.push("Already here: the same file was read before.");
    if (more.length) this.#sayWhy(row, "", more.join(" "), null);
  }

  /**
   * @param {HTMLElement} row
   * @param {HTMLElement} state
   * @param {Upload} upload
   */
  #sayReason(row, state, upload) {
    const problem = upload.answer;
    state.classList.add("refused");
    state.textContent = upload.state === "refused" ? "Refused" : "Not read";
    if (problem?.detail) this.#sayWhy(row, problem.code ?? "", problem.detail, problem.case_id ?? null);
    else this.#sayWhy(row, "", "The server did not answer. Nothing was analysed. Send the file again.", null);
  }

  /**
   * @param {HTMLElement} row
   * @param {string} code
   * @param {string} detail
   * @param {string | null} caseId
   */
  #sayWhy(row, code, detail, caseId) {
    const why = need(".why", row);
    why.hidden = false;
    why.replaceChildren();
    if (code) {
      const bold = document.createElement("b");
      bold.textContent = code;
      why.append(bold, " · ");
    }
    why.append(detail);
    if (caseId) {
      const link = document.createElement("a");
      link.href = `/cases/${caseId}`;
      link.textContent = "Open the case";
      why.append(" ", link);
    }
  }

  #sayTitle() {
    const uploads = [...this.#rows.values()].map(({ upload }) => upload);
    const count = (/** @type {string} */ state) => uploads.filter((upload) => upload.state === state).length;
    const [read, refused, failed] = [count("read"), count("refused"), count("failed")];
    const files = `${uploads.length} ${uploads.length === 1 ? "file" : "files"}`;
    const done = read + refused + failed === uploads.length;
    const parts = [`${read} read`];
    if (refused) parts.push(`${refused} refused`);
    if (failed) parts.push(`${failed} not read`);
    this.#title.textContent = `${done ? "Uploaded" : "Uploading"} ${files} · ${parts.join(", ")}`;
  }

  #close() {
    for (const [id, { upload, row }] of this.#rows) {
      if (upload.state !== "read" && upload.state !== "refused" && upload.state !== "failed") continue;
      row.remove();
      this.#rows.delete(id);
    }
    this.#element.hidden = true;
    this.onResize();
  }
}
