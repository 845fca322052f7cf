// @ts-check
/** Sends files to `/predict`, at most three at a time, and says how each of them is getting on. */

/**
 * @typedef {object} Upload
 * @property {number} id
 * @property {string} name
 * @property {"waiting" | "sending" | "reading" | "read" | "sent" | "refused" | "failed"} state `sent`: the page was left before
 *   the answer came.
 * @property {number} progress Share of the bytes that were sent, [0, 1].
 * @property {any} answer The server's JSON, once it answered.
 * @property {File | null} file `null` after the page was left: what is shown then is only what became of it.
 */

const IN_FLIGHT = 3;
const TRIES_WHEN_FULL = 20;

export class UploadQueue {
  /** @type {{upload: Upload, tries: number}[]} */
  #waiting = [];
  #inFlight = 0;
  #count = 0;

  /**
   * @param {object} listener
   * @param {(upload: Upload) => void} listener.onChange An upload moved on.
   * @param {() => void} listener.onSettled An upload has its answer.
   */
  constructor({ onChange, onSettled }) {
    this.onChange = onChange;
    this.onSettled = onSettled;
    window.addEventListener("beforeunload", (event) => {
      if (this.isBusy) event.preventDefault();
    });
  }

  /** Whether leaving the page would lose something. */
  get isBusy() {
    return this.#inFlight > 0 || this.#waiting.length > 0;
  }

  /** @param {File[]} files */
  add(files) {
    for (const file of files) {
      this.again({ id: (this.#count += 1), name: file.name, state: "waiting", progress: 0, answer: null, file });
    }
  }

  /**
   * Give files that could not be read a row like the others.
   * @param {string[]} names
   * @param {string} why
   */
  miss(names, why) {
    for (const name of names) {
      this.onChange({ id: (this.#count += 1), name, state: "failed", progress: 1, answer: { detail: why }, file: null });
    }
  }

  /**
   * Send a file, for the first time or once more.
   * @param {Upload} upload
   */
  again(upload) {
    if (!upload.file) return;
    this.#change(upload, { state: "waiting", progress: 0, answer: null });
    this.#waiting.push({ upload, tries: 0 });
    this.#next();
  }

  #next() {
    while (this.#inFlight < IN_FLIGHT) {
      const job = this.#waiting.shift();
      if (!job) return;
      this.#inFlight += 1;
      this.#send(job).finally(() => {
        this.#inFlight -= 1;
        this.onChange(job.upload);
        this.#next();
      });
    }
  }

  /** @param {{upload: Upload, tries: number}} job */
  async #send(job) {
    const { upload } = job;
    if (!upload.file) return;
    this.#change(upload, { state: "sending", progress: 0 });
    const { status, retryAfter, answer } = await post(upload.file, (progress) => {
      this.#change(upload, { progress, state: progress < 1 ? "sending" : "reading" });
    });
    if (status === 503 && answer?.code === "BUSY" && retryAfter > 0 && job.tries < TRIES_WHEN_FULL) {
      job.tries += 1;
      this.#change(upload, { state: "waiting", progress: 0 });
      await new Promise((resolve) => setTimeout(resolve, retryAfter * 1000));
      this.#waiting.push(job);
      return;
    }
    const state = status === 200 ? "read" : status >= 400 && status < 500 ? "refused" : "failed";
    this.#change(upload, { state, progress: 1, answer });
    this.onSettled();
  }

  /**
   * @param {Upload} upload
   * @param {Partial<Upload>} change
   */
  #change(upload, change) {
    Object.assign(upload, change);
    this.onChange(upload);
  }
}

/**
 * Post one file. `fetch` cannot tell how much of a body is on its way, so this is an XMLHttpRequest.
 * @param {File} file
 * @param {(progress: number) => void} onProgress
 * @returns {Promise<{status: number, retryAfter: number, answer: any}>}
 */
function post(file, onProgress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/predict");
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(Math.min(0.999, event.loaded / event.total));
    });
    request.upload.addEventListener("load", () => onProgress(1));
    request.addEventListener("loadend", () => {
      const retryAfter = Number(request.getResponseHeader("Retry-After") ?? 0);
      resolve({ status: request.status, retryAfter, answer: request.response });
    });
    const form = new FormData();
    form.append("file", file, file.name);
    request.send(form);
  });
}
