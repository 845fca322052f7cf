// @ts-check
/**
 * Saves annotations as they change. They are on the screen at once; what the server has not confirmed is said to be
 * unsaved, and stays until it is saved or the reader leaves knowing it.
 */
import { say } from "../../words.js";
import { RemoteAnnotations, sizeOf } from "./remote.js";

/** @typedef {import("./kinds/kind.js").Annotation} Annotation */
/** @typedef {"loading" | "saved" | "saving" | "failed" | "replaced"} SyncState */

/** The Fetch standard lets a page that is left send 64 KiB in all; some of it may be on its way already. */
const MOST_BYTES = 60 * 1024;

export class AnnotationSync extends EventTarget {
  /** @type {SyncState} */
  state = "loading";
  /** Why something is not saved or not shown, for the reader. */
  problem = "";
  /** @type {Set<string>} */
  #pending = new Set();
  #busy = false;
  /** Whether what was saved before is in the store. */
  #isLoaded = false;

  /**
   * @param {import("./store.js").AnnotationStore} store
   * @param {string} address Of the radiograph's annotations.
   */
  constructor(store, address) {
    super();
    this.store = store;
    this.remote = new RemoteAnnotations(address);
    store.addEventListener("changed", (event) => {
      for (const id of /** @type {CustomEvent<string[]>} */ (event).detail) this.#pending.add(id);
      if (this.#pending.size > 0) this.flush();
    });
    window.addEventListener("online", () => this.flush());
    window.addEventListener("beforeunload", (event) => {
      if (this.#pending.size > 0 && (this.state === "failed" || !this.#fits())) event.preventDefault();
    });
    window.addEventListener("pagehide", () => this.#leave());
  }

  /** Fetch what was saved before, unless it is here, and save what is not, one after the other, the latest state of each. */
  async flush() {
    if (this.#busy || (this.#isLoaded && this.#pending.size === 0)) return;
    this.#busy = true;
    this.#become(this.#pending.size > 0 ? "saving" : "loading");
    if (!this.#isLoaded) await this.#load();
    const { problem, isReplaced } = await this.#saveAll();
    this.#busy = false;
    if (problem !== null) this.#become("failed", problem);
    else if (!this.#isLoaded) this.#become("failed", say("marks.not_fetched"));
    else if (isReplaced) this.#become("replaced", say("marks.not_kept"));
    else this.#become("saved");
  }

  async #load() {
    const stored = await this.remote.list();
    if (stored === null) return;
    for (const one of stored) this.remote.see(one.id, one);
    const waits = (/** @type {Annotation} */ { id }) => this.#pending.has(id); // drawn or removed meanwhile
    this.store.reset([...stored.filter((one) => !waits(one)), ...this.store.all.filter(waits)]);
    this.#isLoaded = true;
  }

  async #saveAll() {
    let isReplaced = false;
    for (const id of this.#pending) {
      const saved = await this.#save(id);
      if (saved.problem !== null) return { problem: saved.problem, isReplaced };
      isReplaced ||= saved.isReplaced;
    }
    return { problem: null, isReplaced };
  }

  /**
   * Save one; a version of somebody else in its place is taken over.
   * @param {string} id
   * @param {{isLast?: boolean}} [when] Whether the page is being left.
   * @returns {Promise<{problem: string | null, isReplaced: boolean}>}
   */
  async #save(id, when) {
    this.#pending.delete(id);
    const { problem, status } = await this.remote.save(id, this.store.get(id), when);
    const stored = status === 409 ? await this.remote.list() : null;
    if (stored !== null) return this.#meet(id, stored.find((one) => one.id === id) ?? null);
    if (problem !== null) this.#pending.add(id);
    return { problem, isReplaced: false };
  }

  /**
   * Go on from a version that this page had not seen: from its own, whose answer was lost, or from somebody else's.
   * @param {string} id
   * @param {import("./remote.js").Stored | null} stored
   */
  async #meet(id, stored) {
    const isOwn = this.remote.isOwn(id, stored);
    this.remote.see(id, stored);
    if (isOwn) return this.#save(id);
    this.store.take(id, stored);
    this.#pending.delete(id); // what was changed since rests on what is gone
    return { problem: null, isReplaced: true };
  }

  /** Send all that waits at once: on a page that is left, nobody is there to send one thing after the other. */
  #leave() {
    for (const id of [...this.#pending]) {
      this.#save(id, { isLast: true }).then(({ problem }) => {
        if (problem !== null) this.#become("failed", problem); // for who comes back to the page
      });
    }
  }

  /** @returns {boolean} Whether all that waits can still be sent by a page that is left. */
  #fits() {
    let bytes = 0;
    for (const id of this.#pending) bytes += sizeOf(this.store.get(id));
    return bytes <= MOST_BYTES;
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
