// @ts-check
/** The annotations of one radiograph as the server keeps them, and which version of each this page has seen. */
import { say } from "../../words.js";

/** @typedef {import("./kinds/kind.js").Annotation} Annotation */
/** @typedef {Annotation & {updated_at: string}} Stored */
/** @typedef {{problem: string | null, status?: number, body?: any}} Answer `problem`: what went wrong, for the reader. */

export class RemoteAnnotations {
  /** By key, when the version was stored that this page has seen; none where it has seen nothing. @type {Map<string, string>} */
  #seen = new Map();
  /** By key, what was sent since and not answered, so that it may be what is stored now. @type {Map<string, Set<string>>} */
  #unanswered = new Map();

  /** @param {string} address */
  constructor(address) {
    this.address = address;
  }

  /** @returns {Promise<Stored[] | null>} All that are stored, or `null` where they did not come. */
  async list() {
    const { problem, body } = await this.#send(this.address, "GET");
    return problem === null ? body : null;
  }

  /**
   * Take a version as seen: a change replaces this one from now on.
   * @param {string} id
   * @param {Stored | null} stored
   */
  see(id, stored) {
    if (stored) this.#seen.set(id, stored.updated_at);
    else this.#seen.delete(id);
    this.#unanswered.delete(id);
  }

  /**
   * Whether a version may be of this page: it was sent from here, and the answer was lost.
   * @param {string} id
   * @param {Stored | null} stored
   */
  isOwn(id, stored) {
    return this.#unanswered.get(id)?.has(bodyOf(stored)) ?? false;
  }

  /**
   * Store an annotation, or remove it, in place of the version that was seen.
   * @param {string} id
   * @param {Annotation | null} annotation
   * @param {{isLast?: boolean}} [when] Whether nobody will be here for the answer. Then the change replaces whatever is
   *   stored, should another be on its way: that one, overtaken by this, finds a version that it has not seen, and it stays.
   * @returns {Promise<Answer>} Of status 409 where a version that was not seen is in its place, which stays.
   */
  async save(id, annotation, { isLast = false } = {}) {
    const body = bodyOf(annotation);
    const unanswered = this.#unanswered.get(id) ?? new Set();
    const replacesAny = isLast && unanswered.size > 0;
    this.#unanswered.set(id, unanswered.add(body));
    const seen = replacesAny ? "" : `?seen=${encodeURIComponent(this.#seen.get(id) ?? "nothing")}`;
    const answer = await this.#send(`${this.address}/${id}${seen}`, annotation ? "PUT" : "DELETE", body);
    if (answer.problem === null) this.see(id, annotation && answer.body);
    else if (answer.status) unanswered.delete(body);
    return answer;
  }

  /**
   * @param {string} address
   * @param {string} method
   * @param {string} [body]
   * @returns {Promise<Answer>}
   */
  async #send(address, method, body = "") {
    try {
      const response = await fetch(address, {
        method,
        keepalive: method !== "GET", // a change made just before "next" arrives all the same
        headers: { Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}) },
        body: body || undefined,
      });
      const { status } = response;
      const answer = status === 204 ? null : await response.json();
      const problem = response.ok ? null : say("marks.refused", { why: answer.detail ?? status });
      return { problem, status, body: answer };
    } catch {
      return { problem: say("marks.no_answer") };
    }
  }
}

/**
 * @param {Annotation | null} annotation
 * @returns {number} Bytes in the body of the request that saves it.
 */
export function sizeOf(annotation) {
  return new TextEncoder().encode(bodyOf(annotation)).length;
}

/**
 * @param {Annotation | null} annotation
 * @returns {string} The body of the request that saves it; empty for its removal.
 */
function bodyOf(annotation) {
  if (!annotation) return "";
  const { kind, points, text } = annotation;
  return JSON.stringify({ kind, points: points.map(({ x, y }) => ({ x, y })), text });
}
