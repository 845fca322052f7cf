// @ts-check
/**
 * Saves annotations as they change. They are on the screen at once; what the server has not confirmed is said to be
 * unsaved, and stays until it is saved or the reader leaves knowing it.
 */
import { say } from "../../words.js";

/** @typedef {import("./kinds/kind.js").Annotation} Annotation */
/** @typedef {"loading" | "saved" | "saving" | "failed"} SyncState */

export class AnnotationSync extends EventTarget {
  /** @type {SyncState} */
  state = "loading";
  /** Why saving failed, for the reader. */
  problem = "";
  /** @type {Set<string>} */
  #pending = new Set();
  #busy = false;

  /**
   * @param {import("./store.js").AnnotationStore} store
   * @param {string} address Of the radiograph's annotations.
   */
  constructor(store, address) {
    super();
    this.store = store;
    this.address = address;
    store.addEventListener("changed", (event) => {
      for (const id of /** @type {CustomEvent<string[]>} */ (event).detail) this.#pending.add(id);
      if (this.#pending.size > 0) this.flush();
    });
    window.addEventListener("online", () => this.flush());
    window.addEventListener("beforeunload", (event) => {
      if (this.state === "failed" && this.#pending.size > 0) event.preventDefault();
    });
  }

  /** Fetch what was saved before. */
  async load() {
    const { problem, body } = await this.#send(this.address, "GET");
    const drawn = this.store.all; // while the answer was on its way
    if (problem === null) this.store.reset([.../** @type {Annotation[]} */ (body).filter(({ id }) => !this.store.get(id)), ...drawn]);
    this.#become(problem === null ? "saved" : "failed", problem === null ? "" : say("marks.not_fetched"));
  }

  /** Save what is not saved, one after the other, the latest state of each. */
  async flush() {
    if (this.#busy || this.#pending.size === 0) return;
    this.#busy = true;
    this.#become("saving");
    let problem = null;
    for (const id of this.#pending) {
      this.#pending.delete(id);
      problem = await this.#save(id);
      if (problem !== null) {
        this.#pending.add(id);
        break;
      }
    }
    this.#busy = false;
    this.#become(problem === null ? "saved" : "failed", problem ?? "");
    if (problem === null) await this.flush();
  }

  /**
   * @param {string} id
   * @returns {Promise<string | null>} What went wrong, or `null`.
   */
  async #save(id) {
    const annotation = this.store.get(id);
    if (!annotation) return (await this.#send(`${this.address}/${id}`, "DELETE")).problem;
    const { kind, points, text } = annotation;
    return (await this.#send(`${this.address}/${id}`, "PUT", { kind, points, text })).problem;
  }

  /**
   * @param {string} address
   * @param {string} method
   * @param {object} [body]
   * @returns {Promise<{problem: string | null, body?: any}>}
   */
  async #send(address, method, body) {
    try {
      const response = await fetch(address, {
        method,
        keepalive: method !== "GET", // a change made just before "next" arrives all the same
        headers: { Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}) },
        body: body && JSON.stringify(body),
      });
      const answer = response.status === 204 ? null : await response.json();
      return response.ok ? { problem: null, body: answer } : { problem: say("marks.refused", { why: answer.detail ?? response.status }) };
    } catch {
      return { problem: say("marks.no_answer") };
    }
  }

  /**
   * @param {SyncState} state
   * @param {string} [problem]
   */
  #become(state, problem = "") {
    this.state = state;
    this.problem = problem;
    this.dispatchEvent(new CustomEvent("state"));
  }
}
