// @ts-check
/** Joins the annotations' parts: store, saving, drawing, list. */
import { need } from "../../page-data.js";
import { say } from "../../words.js";
import { Editor } from "./editor.js";
import { keepAnnotations, linesOf } from "./layer.js";
import { keepList } from "./list.js";
import { AnnotationStore } from "./store.js";
import { AnnotationSync } from "./sync.js";
import { askForWords } from "./words.js";

/**
 * @param {SVGElement} layer
 * @param {import("../stage/viewport.js").Viewport} viewport
 * @param {{annotations: string, spacing: import("./lengths.js").Spacing | null, view_position: string | null}} radiograph
 */
export function startAnnotations(layer, viewport, radiograph) {
  const store = new AnnotationStore();
  const sync = new AnnotationSync(store, radiograph.annotations);
  const editor = new Editor(viewport, store);
  const context = () => ({ image: viewport.image, spacing: radiograph.spacing, viewPosition: radiograph.view_position });
  keepAnnotations(layer, viewport, store, editor, context);
  askForWords(/** @type {HTMLInputElement} */ (need("[data-words]")), viewport, store, editor);
  return {
    store,
    editor,
    load: () => sync.flush(),
    show: keepList(store, sync, editor, context),
    lines: () => store.all.map((one) => [say(`kinds.${one.kind}`), ...linesOf(one, context())].join(", ")),
  };
}
