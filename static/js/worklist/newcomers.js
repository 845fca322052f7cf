// @ts-check
/** Tells a reader who is further down which rows came above meanwhile, and leads there. */
import { need } from "../page-data.js";
import { say } from "../words.js";
import { sight } from "./sight.js";

export class Newcomers {
  #button = need("[data-new-above]");
  #text = need("[data-new-above-text]");

  /** @type {Set<string>} Cases that came above and have not been in sight since. */
  #unseen = new Set();

  /** @param {(caseId: string) => void} goTo Shows the topmost of them. */
  constructor(goTo) {
    this.goTo = goTo;
    this.#button.addEventListener("click", () => this.go());
    window.addEventListener("scroll", () => this.#keep(casesAbove()), { passive: true });
  }

  /** Go to the topmost one; without any, stay. */
  go() {
    const first = casesAbove().find((caseId) => this.#unseen.has(caseId));
    if (first) this.goTo(first);
  }

  /** Another list is shown: nothing came to it. */
  forget() {
    this.#keep([]);
  }

  /** @returns {() => void} Call it when fresh rows have their place: counts those above that were not above before. */
  remember() {
    const before = new Set(casesAbove());
    return () => {
      const above = casesAbove();
      for (const caseId of above) if (!before.has(caseId)) this.#unseen.add(caseId);
      this.#keep(above);
    };
  }

  /** @param {string[]} above */
  #keep(above) {
    this.#unseen = new Set(above.filter((caseId) => this.#unseen.has(caseId)));
    this.#button.hidden = this.#unseen.size === 0;
    const text = say("list.new_above", { n: this.#unseen.size });
    if (this.#text.textContent !== text) this.#text.textContent = text;
  }
}

/** @returns {string[]} The cases whose rows lie above what is in sight, topmost first. */
function casesAbove() {
  const { top } = sight();
  const cases = [];
  for (const row of document.querySelectorAll(".row[data-case]")) {
    const box = row.getBoundingClientRect();
    if ((box.top + box.bottom) / 2 >= top) break;
    cases.push(row.getAttribute("data-case") ?? "");
  }
  return cases;
}
