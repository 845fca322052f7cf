// @ts-check
/** Files from the browser's dialogs and from the clipboard. */
import { need } from "../page-data.js";

/**
 * Open the file dialogs on their buttons, and pass on what was chosen.
 * @param {(files: File[]) => void} accept
 */
export function offerPickers(accept) {
  for (const kind of ["files", "folder"]) {
    const picker = /** @type {HTMLInputElement} */ (need(`[data-picker="${kind}"]`));
    need(`[data-choose="${kind}"]`).addEventListener("click", () => picker.click());
    picker.addEventListener("change", () => {
      accept([...(picker.files ?? [])].filter((file) => !file.name.startsWith(".")));
      picker.value = "";
    });
  }
}

/**
 * Take pasted files and pictures, unless they are pasted into a text field that wants the words beside them.
 * @param {(files: File[]) => void} accept
 */
export function acceptPastes(accept) {
  document.addEventListener("paste", (event) => {
    const isForField = event.target instanceof Element && event.target.matches('input[type="search"], textarea');
    if (isForField && event.clipboardData?.getData("text/plain")) return; // a spreadsheet adds a picture of the cell
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    accept(files);
  });
}
