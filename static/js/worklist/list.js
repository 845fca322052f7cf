// @ts-check
/**
 * Shows another list, or the same one brought up to date, without leaving the page: the server renders it, and rows that
 * have not changed stay as they are.
 */
import { fetchPage } from "../live.js";
import { fillTimes } from "../time.js";
import { need } from "../page-data.js";
import { say } from "../words.js";

const PATIENCE_MS = 150;
const REGIONS = ["rail", "list"];

/** @type {WeakMap<Element, string>} What the server sent for a row or region, before times were filled in. */
const sent = new WeakMap();

export class List {
  /** The newest request; what an older one brings is dropped. */
  #latest = 0;

  /** How many lists are being opened; bringing the present one up to date must not take their place. */
  #nOpening = 0;

  /** Something changed while a list was being opened. */
  #isStale = false;

  /**
   * @param {object} listener
   * @param {() => () => void} listener.remember Called before rows change; what it returns is called after.
   * @param {() => void} listener.onOpened Another list is shown.
   */
  constructor({ remember, onOpened }) {
    this.remember = remember;
    this.onOpened = onOpened;
    noteSent(document);
    rememberAddress();
    document.addEventListener("click", (event) => this.#onClick(event));
    window.addEventListener("popstate", (event) => {
      this.open(window.location.href, { push: false, top: event.state?.top });
    });
  }

  /**
   * Show the list at an address; at a failure the present one stays and the page says so.
   * @param {string} address
   * @param {{push?: boolean, top?: number}} [how] `top`: how far the list was scrolled when it was left, where it is known.
   */
  async open(address, { push = true, top } = {}) {
    const region = need('[data-live="list"]');
    region.setAttribute("aria-busy", "true");
    const waiting = setTimeout(() => showSkeleton(region), PATIENCE_MS);
    this.#nOpening += 1;
    const fresh = await this.#fetch(address);
    this.#nOpening -= 1;
    clearTimeout(waiting);
    if (fresh === null) return;
    if (push) {
      history.replaceState({ top: window.scrollY }, ""); // for the way back to the list that is left now
      history.pushState(null, "", address);
    }
    replaceRegions(fresh);
    rememberAddress();
    if (push || top !== undefined) window.scrollTo(0, top ?? 0);
    this.onOpened();
    announce(need('[data-live="list"] .rule, [data-live="list"] .empty h2').textContent ?? "");
    if (this.#isStale) await this.refresh();
  }

  /** Bring the list up to date where it is; the selected row keeps its place on the screen. */
  async refresh() {
    this.#isStale = this.#nOpening > 0;
    if (this.#isStale) return;
    const fresh = await this.#fetch(window.location.href);
    if (fresh === null) return;
    const restore = this.remember();
    replaceRegions(fresh);
    restore();
  }

  /**
   * @param {string} address
   * @returns {Promise<Document | null>} The page; `null` when it did not come or is no longer wanted.
   */
  async #fetch(address) {
    const request = (this.#latest += 1);
    const fresh = await fetchPage(address);
    if (request !== this.#latest) return null;
    if (fresh === null) {
      const region = need('[data-live="list"]');
      if (region.hasAttribute("aria-busy")) announce(say("list.failed"), { isVisible: true });
      hideSkeleton(region);
    }
    return fresh;
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a[data-list]") : null;
    if (!(link instanceof HTMLAnchorElement)) return;
    event.preventDefault();
    link.setAttribute("aria-busy", "true"); // at once: the press was felt
    this.open(link.href).finally(() => link.removeAttribute("aria-busy"));
  }
}

/**
 * Say something to screen readers, and on the page where it is `isVisible`.
 * @param {string} text
 * @param {{isVisible?: boolean}} [how]
 */
export function announce(text, { isVisible = false } = {}) {
  need("[data-said]").textContent = text;
  if (isVisible) document.dispatchEvent(new CustomEvent("say-toast", { detail: { text } }));
}

/** @param {Document} fresh */
function replaceRegions(fresh) {
  noteSent(fresh);
  for (const name of REGIONS) {
    const [current, next] = [document, fresh].map((page) => page.querySelector(`[data-live="${name}"]`));
    if (!current || !next) continue;
    if (sent.get(current) === sent.get(next) && !current.hasAttribute("aria-busy")) continue;
    const focused = focusedLink(current);
    const isOpen = current.querySelector(":popover-open") !== null;
    if (name === "list") keepRows(current, next);
    fillTimes(next);
    current.replaceWith(document.adoptNode(next));
    if (isOpen) /** @type {HTMLElement | null} */ (next.querySelector("[popover]"))?.showPopover();
    if (focused >= 0) linksOf(next)[focused]?.focus({ preventScroll: true });
  }
  const [form, wanted] = [document, fresh].map((page) => page.querySelector("[data-search]"));
  if (form && wanted) form.setAttribute("action", wanted.getAttribute("action") ?? "");
}

/**
 * Tell which link that opens a list has the focus, so that its successor can have it.
 * @param {Element} region
 * @returns {number} Its place among them, -1 for none.
 */
function focusedLink(region) {
  return linksOf(region).findIndex((link) => link === document.activeElement);
}

/**
 * @param {Element} region
 * @returns {HTMLElement[]}
 */
function linksOf(region) {
  return [...region.querySelectorAll("a[data-list]")].filter((link) => link instanceof HTMLElement);
}

/**
 * Put rows that are the same as before in the place of their copies: their pictures need not be loaded again.
 * @param {Element} current
 * @param {Element} next
 */
function keepRows(current, next) {
  const known = new Map([...current.querySelectorAll(".row[data-case]")].map((row) => [row.getAttribute("data-case"), row]));
  for (const row of next.querySelectorAll(".row[data-case]")) {
    const before = known.get(row.getAttribute("data-case"));
    if (before && sent.get(before) === sent.get(row)) row.replaceWith(before);
  }
}

/** @param {Document} page */
function noteSent(page) {
  for (const part of page.querySelectorAll(".row[data-case], [data-live]")) sent.set(part, part.innerHTML);
}

/** @param {HTMLElement} region */
function showSkeleton(region) {
  region.classList.add("loading");
}

/** @param {HTMLElement} region */
function hideSkeleton(region) {
  region.classList.remove("loading");
  region.removeAttribute("aria-busy");
}

/** Keep the address for the link that leads back here from other pages. */
function rememberAddress() {
  sessionStorage.setItem("last-list", window.location.pathname + window.location.search);
}
