// @ts-check
/** Listens to the server's events: readings that change state, and whether the connection holds. */

/** @typedef {{case_id: string, reading_id: string, status: string}} ReadingEvent */

/**
 * Follow `/events` for as long as the page is open.
 * @param {object} listener
 * @param {(event: ReadingEvent) => void} listener.onReading A reading changed its state.
 * @param {() => void} listener.onBack The connection is there again; something may have been missed.
 */
export function follow({ onReading, onBack }) {
  let lost = false;
  let source = new EventSource("/events");
  listen();

  function listen() {
    source.addEventListener("open", () => {
      if (lost) onBack();
      lost = false;
      showLost(false);
    });
    source.addEventListener("error", () => {
      if (!lost) setTimeout(() => showLost(lost), 2500);
      lost = true;
      if (source.readyState === EventSource.CLOSED) setTimeout(again, 3000);
    });
    source.addEventListener("reading", (event) => onReading(JSON.parse(event.data)));
  }

  function again() {
    source = new EventSource("/events");
    listen();
  }
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) again();
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
  if (since) since.textContent = new Date().toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
}
