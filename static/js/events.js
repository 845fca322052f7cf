// @ts-check
/**
 * Listens to the server's events: readings that change state, lists that change, and whether the connection holds. A page
 * that nobody sees does not listen: a browser allows a few connections to a server, and each tab would take one.
 */

/** @typedef {{case_id: string, reading_id: string, status: string}} ReadingEvent */
/** @typedef {{case_id?: string}} ListEvent With the case where it was reviewed. */

/** How long a connection may be away before it is said; one that breaks is mostly back sooner. */
const LOST_AFTER_MS = 2500;

/**
 * Follow `/events` for as long as the page is open and seen.
 * @param {object} listener
 * @param {(event: ReadingEvent) => void} listener.onReading A reading changed its state.
 * @param {(event: ListEvent) => void} [listener.onList] The list changed otherwise: a review, a removal.
 * @param {() => void} listener.onBack The connection is there, at first or again; something may have been missed.
 */
export function follow({ onReading, onList = () => {}, onBack }) {
  /** @type {EventSource | null} */
  let source = null;
  let missed = true; // until the stream is open: the page may have been rendered before something happened
  let telling = 0;

  function listen() {
    if (source !== null || document.hidden) return;
    const stream = (source = new EventSource("/events"));
    stream.addEventListener("open", () => {
      if (missed) onBack();
      missed = false;
      stopTelling();
      showLost(false);
    });
    stream.addEventListener("error", () => {
      telling ||= setTimeout(() => showLost(true), LOST_AFTER_MS);
      missed = true;
      if (stream.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      source = null;
      setTimeout(listen, 3000);
    });
    stream.addEventListener("reading", (event) => onReading(JSON.parse(event.data)));
    stream.addEventListener("list", (event) => onList(JSON.parse(event.data)));
  }

  function rest() {
    source?.close();
    source = null;
    missed = true;
    stopTelling();
  }

  function stopTelling() {
    clearTimeout(telling);
    telling = 0;
  }

  listen();
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : listen()));
  window.addEventListener("pagehide", rest);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) listen();
  });
}

/**
 * Show or hide the message of a lost connection.
 * @param {boolean} lost
 */
function showLost(lost) {
  const message = document.querySelector("[data-lost]");
  if (!(message instanceof HTMLElement) || message.hidden === !lost) return;
  message.hidden = !lost;
  const since = message.querySelector("[data-lost-since]");
  /** @type {Intl.DateTimeFormatOptions} */
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (since) since.textContent = new Date().toLocaleTimeString(undefined, clock);
}
