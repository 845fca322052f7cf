// @ts-check
/** The annotations of one radiograph, with undo and redo. Tells what changed; saving is somebody else's work. */

/** @typedef {import("./kinds/kind.js").Annotation} Annotation */
/** @typedef {{id: string, before: Annotation | null, after: Annotation | null}} Step */

export class AnnotationStore extends EventTarget {
  /** @type {Map<string, Annotation>} */
  #items = new Map();
  /** @type {Step[]} */
  #done = [];
  /** @type {Step[]} */
  #undone = [];

  /** @returns {Annotation[]} In the order they were made. */
  get all() {
    return [...this.#items.values()];
  }

  /**
   * @param {string} id
   * @returns {Annotation | null}
   */
  get(id) {
    return this.#items.get(id) ?? null;
  }

  /** Take what the server holds; nothing of it can be undone. @param {Annotation[]} annotations */
  reset(annotations) {
    this.#items = new Map(annotations.map((annotation) => [annotation.id, annotation]));
    this.#tell([]);
  }

  /**
   * Take what the server holds in place of one, or that it holds it no more; its steps, of other versions, are forgotten.
   * @param {string} id
   * @param {Annotation | null} annotation
   */
  take(id, annotation) {
    const isOther = (/** @type {Step} */ step) => step.id !== id;
    this.#done = this.#done.filter(isOther);
    this.#undone = this.#undone.filter(isOther);
    this.#set(id, annotation);
    this.#tell([]);
  }

  /** Add, or put in place of the one with the same id. @param {Annotation} annotation */
  put(annotation) {
    this.#do({ id: annotation.id, before: this.get(annotation.id), after: annotation });
  }

  /** Put in place of what the last step left, as part of that step: one undo takes back both. @param {Annotation} annotation */
  amend(annotation) {
    const last = this.#done.at(-1);
    if (last?.id !== annotation.id || !last.after) return this.put(annotation);
    last.after = annotation;
    this.#apply(annotation.id, annotation);
  }

  /** @param {string} id */
  remove(id) {
    const before = this.get(id);
    if (before) this.#do({ id, before, after: null });
  }

  undo() {
    const step = this.#done.pop();
    if (!step) return;
    this.#undone.push(step);
    this.#apply(step.id, step.before);
  }

  redo() {
    const step = this.#undone.pop();
    if (!step) return;
    this.#done.push(step);
    this.#apply(step.id, step.after);
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** @param {Step} step */
  #do(step) {
    this.#done.push(step);
    this.#undone = [];
    this.#apply(step.id, step.after);
  }

  /**
   * @param {string} id
   * @param {Annotation | null} annotation
   */
  #apply(id, annotation) {
    this.#set(id, annotation);
    this.#tell([id]);
  }

  /**
   * @param {string} id
   * @param {Annotation | null} annotation
   */
  #set(id, annotation) {
    if (annotation) this.#items.set(id, annotation);
    else this.#items.delete(id);
  }

  /** @param {string[]} ids */
  #tell(ids) {
    this.dispatchEvent(new CustomEvent("changed", { detail: ids }));
  }
}
