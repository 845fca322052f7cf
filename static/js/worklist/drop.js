// @ts-check
/** The whole page takes dropped files and folders. */
import { need } from "../page-data.js";

/**
 * Pass on whatever is dropped, folders walked through.
 * @param {(files: File[], unreadable: string[]) => void} accept Takes the files, and the names of what could not be read.
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
    /** @type {string[]} */
    const unreadable = [];
    accept(await filesOf(event.dataTransfer, unreadable), unreadable);
  });
}

/**
 * List the dropped files. The entries must be taken before the first `await`: afterwards the browser empties them.
 * @param {DataTransfer} transfer
 * @param {string[]} unreadable Gets the names of what could not be read.
 * @returns {Promise<File[]>}
 */
async function filesOf(transfer, unreadable) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return [...transfer.files];
  /** @type {File[]} */
  const files = [];
  for (const entry of entries) await walk(entry, files, unreadable);
  return files;
}

/**
 * Walk through a dropped entry. Hidden files are left out; what cannot be read does not stop the rest.
 * @param {FileSystemEntry} entry
 * @param {File[]} files Gets the files.
 * @param {string[]} unreadable Gets the names of what could not be read.
 */
async function walk(entry, files, unreadable) {
  if (entry.name.startsWith(".")) return;
  try {
    if (entry.isFile) files.push(await fileOf(/** @type {FileSystemFileEntry} */ (entry)));
    else {
      for await (const child of childrenOf(/** @type {FileSystemDirectoryEntry} */ (entry))) {
        await walk(child, files, unreadable);
      }
    }
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    unreadable.push(entry.name);
  }
}

/**
 * @param {FileSystemFileEntry} entry
 * @returns {Promise<File>}
 */
function fileOf(entry) {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/**
 * @param {FileSystemDirectoryEntry} entry
 * @returns {AsyncGenerator<FileSystemEntry>}
 */
async function* childrenOf(entry) {
  const reader = entry.createReader();
  for (;;) {
    /** @type {FileSystemEntry[]} A hundred at a time, and an empty list at the end. */
    const children = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (children.length === 0) return;
    yield* children;
  }
}

/**
 * @param {DragEvent} event
 * @returns {boolean}
 */
function holdsFiles(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}
