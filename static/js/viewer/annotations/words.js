// @ts-check
/** A field on the picture for the words of an annotation. */
import { toScreen } from "../stage/svg.js";

/**
 * Ask for words when an annotation needs them, at its first point.
 * @param {HTMLInputElement} field
 * @param {import("../stage/viewport.js").Viewport} viewport
 * @param {import("./store.js").AnnotationStore} store
 * @param {import("./editor.js").Editor} editor
 */
export function askForWords(field, viewport, store, editor) {
  let id = "";
  const close = (/** @type {boolean} */ keep) => {
    if (field.hidden) return;
    field.hidden = true;
    if (keep) editor.write(id, field.value.trim());
    const stage = field.closest("[data-stage]");
    if (stage instanceof HTMLElement) stage.focus({ preventScroll: true });
  };
  editor.addEventListener("asks-text", (event) => {
    id = /** @type {CustomEvent<string>} */ (event).detail;
    const [view, annotation] = [viewport.view(), store.get(id)];
    if (!view || !annotation) return;
    const { x, y } = toScreen(view, annotation.points[0]);
    field.value = annotation.text;
    field.hidden = false;
    field.style.translate = `${Math.max(4, x)}px ${Math.max(4, y)}px`;
    field.focus();
  });
  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") close(true);
    if (event.key === "Escape") close(false);
  });
  field.addEventListener("blur", () => close(true));
}
