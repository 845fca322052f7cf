// @ts-check
/** The two buttons of the demonstration: three drawn cases come, and go again with a way back. */
import { say } from "../words.js";

/**
 * @param {object} parts
 * @param {import("./toast.js").Toast} parts.toast
 * @param {() => Promise<void>} parts.refresh Brings the list up to date.
 */
export function offerDemonstration({ toast, refresh }) {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button[data-demonstration]") : null;
    if (!(button instanceof HTMLButtonElement) || button.disabled) return;
    button.disabled = true;
    (button.dataset.demonstration === "add" ? add() : remove()).finally(() => (button.disabled = false));
  });

  async function add() {
    toast.show(say("demonstration.making"));
    if (await send("POST")) toast.show(say("demonstration.made"));
    await refresh();
  }

  async function remove() {
    if (await send("DELETE")) toast.show(say("demonstration.removed"), add);
    await refresh();
  }

  /**
   * @param {string} method
   * @returns {Promise<boolean>}
   */
  async function send(method) {
    try {
      const response = await fetch("/demonstration", { method, headers: { Accept: "application/json" } });
      if (!response.ok) toast.show((await response.json()).detail ?? say("demonstration.failed"));
      return response.ok;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      toast.show(say("demonstration.failed"));
      return false;
    }
  }
}
