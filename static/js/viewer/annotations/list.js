// @ts-check
/** The annotations as a list in the panel: their text alternative, and the way to them without a pointer. */
import { need } from "../../page-data.js";
import { say } from "../../words.js";
import { KINDS } from "./kinds/index.js";
import { linesOf } from "./layer.js";

/**
 * Keep the block of the panel in line with the annotations and with what is saved.
 * @param {import("./store.js").AnnotationStore} store
 * @param {import("./sync.js").AnnotationSync} sync
 * @param {import("./editor.js").Editor} editor
 * @param {() => import("./kinds/kind.js").Context} context
 * @returns {() => void} Shows it anew.
 */
export function keepList(store, sync, editor, context) {
  const show = () => {
    const block = need("[data-marks]"); // looked up each time: the panel is replaced when it is brought up to date
    if (sync.state !== "loading" || store.all.length > 0) {
      block.hidden = store.all.length === 0 && sync.problem === "" && !store.canUndo && !store.canRedo;
      need("[data-marks-list]", block).replaceChildren(...store.all.map((one, index) => item(one, index, editor, context())));
    } // else the page keeps room for what is on its way
    need("[data-marks-state]", block).textContent = say(`marks.${sync.state}`);
    need("[data-marks-problem]", block).hidden = sync.problem === "";
    need("[data-marks-retry]", block).hidden = sync.state !== "failed";
    need("[data-marks-reason]", block).textContent = sync.problem;
    for (const [name, can] of /** @type {const} */ ([["undo", store.canUndo], ["redo", store.canRedo]])) {
      /** @type {HTMLButtonElement} */ (need(`[data-command="${name}"]`, block)).disabled = !can;
    }
  };
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-marks-retry]")) sync.flush();
  });
  for (const source of [store, editor]) source.addEventListener("changed", show);
  sync.addEventListener("state", show);
  show();
  return show;
}

/**
 * @param {import("./kinds/kind.js").Annotation} annotation
 * @param {number} index
 * @param {import("./editor.js").Editor} editor
 * @param {import("./kinds/kind.js").Context} context
 * @returns {HTMLElement}
 */
function item(annotation, index, editor, context) {
  const words = [say(`kinds.${annotation.kind}`), ...linesOf(annotation, context)].join(" · ");
  const made = document.createElement("li");
  made.classList.toggle("selected", annotation.id === editor.selected);
  const choose = Object.assign(document.createElement("button"), { type: "button", title: words, className: "choose" });
  choose.append(Object.assign(document.createElement("span"), { textContent: words }));
  choose.addEventListener("click", () => editor.select(annotation.id));
  const act = (/** @type {string} */ name, /** @type {() => void} */ run) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: say(`marks.${name}`), className: "link" });
    button.setAttribute("aria-label", say(`marks.${name}_one`, { n: index + 1, what: words }));
    button.addEventListener("click", run);
    return button;
  };
  made.append(choose);
  if (KINDS.get(annotation.kind)?.asksText) made.append(act("write", () => editor.ask(annotation.id)));
  made.append(
    act("remove", () => {
      editor.select(annotation.id);
      editor.removeSelected();
    }),
  );
  return made;
}
