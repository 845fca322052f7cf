// @ts-check
/** The whole page takes dropped files and folders. */
import { need } from "../page-data.js";

/**
 * Pass on whatever is dropped, folders walked through.
 * @param {(files: File[]) => void} accept
 */
export function acceptDrops(accept) {
  const veil = need("[data-veil]");
  let depth = 0;

  document.addEventListener("dragenter", (event) => {
    if (!holdsFiles(event)) return;
    depth += 1;
    veil.hidden = false;
  });
  document.addEventListener("dragover", (event) => {
    if (holdsFiles(event)) event.preventDefault();
  });
  document.addEventListener("dragleave", (event) => {
    if (!holdsFiles(event)) return;
    depth = Math.max(0, depth - 1);
    veil.hidden = depth > 0 ? veil.hidden : true;
  });
  document.addEventListener("drop", async (event) => {
    if (!holdsFiles(event) || !event.dataTransfer) return;
    event.preventDefault();
    depth = 0;
    veil.hidden = true;
    accept(await filesOf(event.dataTransfer));
  });
}

/**
 * List the dropped files. The entries must be taken before the first `await`: afterwards the browser empties them.
 * @param {DataTransfer} transfer
 * @returns {Promise<File[]>}
 */
async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return [...transfer.files];
  const files = await Promise.all(entries.map(filesBelow));
  return files.flat();
}

/**
 * Walk through a dropped entry. Hidden files are left out.
 * @param {FileSystemEntry} entry
 * @returns {Promise<File[]>}
 */
async function filesBelow(entry) {
  if (entry.name.startsWith(".")) return [];
  if (entry.isFile) {
    const file = /** @type {FileSystemFileEntry} */ (entry);
    return [await new Promise((resolve, reject) => file.file(resolve, reject))];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const files = [];
  for (;;) {
    // A reader hands out a hundred entries at a time and an empty list at the end.
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return files;
    for (const child of entries) files.push(...(await filesBelow(child)));
  }
}

/**
 * @param {DragEvent} event
 * @returns {boolean}
 */
function holdsFiles(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}
