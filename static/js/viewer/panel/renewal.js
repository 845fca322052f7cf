// @ts-check
/**
 * Brings the panel up to date while the picture stays. It is replaced only for what happened to the shown reading; the
 * case's other radiographs come into the strip above it. One of them that leads the case now is opened, or is pointed to
 * while the reader writes.
 */
import { fetchPage, rememberFocus, replaceRegions } from "../../live.js";
import { need } from "../../page-data.js";

const PANEL = '[data-live="panel"]';

export class Renewal {
  /** How many were begun. */
  #begun = 0;
  /** The newest that is on the page; what an older one brings is dropped. */
  #shown = 0;
  /** Whether the panel is out of date though its reading is the same. */
  #isStale = false;

  /**
   * @param {string} radiographId The radiograph on the stage.
   * @param {() => boolean} isWriting Whether something would be torn from the reader's hands by another page.
   * @param {(fresh: Document) => Promise<void>} fill Called when the panel was replaced: the scripts' part of it.
   */
  constructor(radiographId, isWriting, fill) {
    this.radiographId = radiographId;
    this.isWriting = isWriting;
    this.fill = fill;
  }

  /** @returns {number} How many radiographs of the case the page knows. */
  get nRadiographs() {
    return Number(need('[data-live="radiographs"]').dataset.n);
  }

  /** Fetch the page again; replace the panel where its reading is another one or has another status. */
  async run() {
    const number = (this.#begun += 1);
    const fresh = await this.#fetchOwn(() => number < this.#shown);
    if (fresh === null) return;
    this.#shown = number;
    const giveFocusBack = rememberFocus();
    replaceRegions(fresh, ["radiographs", "position"]);
    const filled = this.#isStale || isOther(fresh) ? this.#replacePanel(fresh) : null;
    giveFocusBack();
    await filled;
  }

  /** Replace the panel in any case: what it says of the reviews is out of date. */
  async runAnyway() {
    this.#isStale = true;
    await this.run();
  }

  /** @param {Document} fresh */
  #replacePanel(fresh) {
    this.#isStale = false;
    replaceRegions(fresh, ["panel"]);
    return this.fill(fresh);
  }

  /**
   * Fetch the page of the radiograph on the stage. The page's own address may lead to another one by now.
   * @param {() => boolean} isLate
   * @returns {Promise<Document | null>} `null` where it did not come, came too late or is no longer wanted.
   */
  async #fetchOwn(isLate) {
    const leading = await fetchPage(window.location.href);
    if (leading === null || isLate()) return null;
    const isOwn = this.#isOwn(leading);
    if (!isOwn && !this.isWriting()) {
      window.location.reload();
      return null;
    }
    pointTo(isOwn ? null : leading);
    if (isOwn) return leading;
    const own = await fetchPage(addressOf(this.radiographId));
    return own === null || isLate() || !this.#isOwn(own) ? null : own;
  }

  /** @param {Document} page */
  #isOwn(page) {
    return page.querySelector(PANEL)?.getAttribute("data-radiograph") === this.radiographId;
  }
}

/**
 * Tell whether a page's panel speaks of another reading than this one's, or of another status of it.
 * @param {Document} fresh
 */
function isOther(fresh) {
  const [current, next] = [document, fresh].map((page) => page.querySelector(PANEL));
  return ["data-reading", "data-status"].some((name) => current?.getAttribute(name) !== next?.getAttribute(name));
}

/**
 * Say, with a link, that another radiograph leads the case now; or no longer.
 * @param {Document | null} leading Its page.
 */
function pointTo(leading) {
  const message = need("[data-leading]");
  const { radiograph } = /** @type {HTMLElement | null} */ (leading?.querySelector(PANEL))?.dataset ?? {};
  if (radiograph) need("a", message).setAttribute("href", addressOf(radiograph));
  message.hidden = !radiograph;
}

/**
 * @param {string} radiographId One of this case.
 * @returns {string} The page of the case that opens on it.
 */
function addressOf(radiographId) {
  const address = new URL(window.location.href);
  address.searchParams.set("radiograph", radiographId);
  return address.href;
}
