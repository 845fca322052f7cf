// @ts-check
/** The two upload buttons and their key. */
import { need } from "../page-data.js";

/**
 * Open the browser's file dialog on a button or on `U`, and pass on what was chosen.
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
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "u" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof HTMLInputElement && event.target.type !== "file") return;
    event.preventDefault();
    need('[data-choose="files"]').click();
  });
}
