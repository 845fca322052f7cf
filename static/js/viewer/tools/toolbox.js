// @ts-check
/** Which tool is chosen, and what the arrow keys and Enter mean to it. */

/** @typedef {import("./tool.js").Tool} Tool */
/** @typedef {import("./tool.js").At} At */

/** Sends `chosen` when the tool changes, and `cursor` when the cursor moves. */
export class Toolbox extends EventTarget {
  /**
   * @param {HTMLElement} stage
   * @param {Tool[]} tools The first one is chosen at the start.
   * @param {import("./cursor.js").Cursor} cursor
   * @param {(at: At, draws: boolean) => Tool | null} grab A tool that takes a press before the chosen one, where something
   *   is grabbed; `draws` tells whether the chosen one sets points.
   */
  constructor(stage, tools, cursor, grab) {
    super();
    this.stage = stage;
    this.tools = new Map(tools.map((tool) => [tool.name, tool]));
    this.cursor = cursor;
    this.grab = grab;
    this.active = tools[0];
    this.#show();
  }

  /** @param {string} name */
  choose(name) {
    this.cancel();
    this.active = /** @type {Tool} */ (this.tools.get(name));
    this.#show();
    this.stage.focus({ preventScroll: true });
  }

  /** @param {At} at */
  chosen(at) {
    return this.grab(at, this.active.points ?? false) ?? this.active;
  }

  /**
   * An arrow key.
   * @param {number} x
   * @param {number} y
   * @param {boolean} fine
   */
  arrow(x, y, fine) {
    if (!this.active.points) {
      this.active.arrow?.(x, y);
      return;
    }
    this.active.hover?.(this.cursor.step(x, y, fine));
    this.dispatchEvent(new CustomEvent("cursor"));
  }

  /**
   * Enter or the space bar on the stage.
   * @returns {boolean} Whether the tool had use for it.
   */
  pressAtCursor() {
    if (!this.active.points) return false;
    const at = this.cursor.step(0, 0, true);
    this.active.press(at);
    this.active.release(at);
    return true;
  }

  /** @returns {boolean} Whether the tool is in the middle of something. */
  get isHalfDone() {
    return this.active.isHalfDone?.() ?? false;
  }

  cancel() {
    this.active.cancel?.();
    this.cursor.hide();
  }

  #show() {
    this.stage.dataset.tool = this.active.name;
    this.dispatchEvent(new CustomEvent("chosen"));
    for (const control of document.querySelectorAll('[data-command^="tool-"]')) {
      control.setAttribute("aria-pressed", String(control.getAttribute("data-command") === `tool-${this.active.name}`));
    }
    for (const menu of document.querySelectorAll("[data-menu-of]")) {
      const names = (menu.getAttribute("data-menu-of") ?? "").split(" ");
      menu.classList.toggle("active", names.includes(this.active.name));
    }
  }
}
