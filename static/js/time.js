// @ts-check
/** Times in the reader's own zone and language: fills `<time datetime data-time="day|full|waiting|elapsed">`. */
import { say } from "./words.js";

/**
 * Write when something happened: `Today 09:05`, `Yesterday 17:40`, `18 Nov 09:05`.
 * @param {Date} moment
 * @param {Date} now
 * @returns {string}
 */
export function formatDay(moment, now) {
  const clock = moment.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const days = Math.round((startOfDay(now) - startOfDay(moment)) / 86_400_000);
  if (days === 0) return say("times.today", { clock });
  if (days === 1) return say("times.yesterday", { clock });
  /** @type {Intl.DateTimeFormatOptions} */
  const parts = { day: "numeric", month: "short" };
  if (moment.getFullYear() !== now.getFullYear()) parts.year = "numeric";
  return `${moment.toLocaleDateString(undefined, parts)} ${clock}`;
}

/**
 * Write how long something has been waiting: `< 1 min`, `42 min`, `1 h 07`, `3 d`.
 * @param {number} milliseconds
 * @returns {string}
 */
export function formatWaiting(milliseconds) {
  const minutes = Math.floor(Math.max(0, milliseconds) / 60_000);
  if (minutes < 1) return "< 1 min";
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
  return `${Math.floor(minutes / 1440)} d`;
}

/**
 * Write how long something has been running: `8 s`, `2 min 05 s`.
 * @param {number} milliseconds
 * @returns {string}
 */
export function formatElapsed(milliseconds) {
  const seconds = Math.floor(Math.max(0, milliseconds) / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/**
 * Fill every `<time data-time>` below `root`.
 * @param {ParentNode} root
 */
export function fillTimes(root) {
  const now = new Date();
  for (const element of root.querySelectorAll("time[data-time]")) {
    const moment = new Date(element.getAttribute("datetime") ?? "");
    if (Number.isNaN(moment.getTime())) continue;
    const text = textFor(element.getAttribute("data-time"), moment, now);
    if (element.textContent !== text) element.textContent = text;
    element.setAttribute("title", moment.toLocaleString());
  }
}

/** Keep the times of the whole page right while it stays open. */
export function keepTimes() {
  fillTimes(document);
  setInterval(() => fillTimes(document), 1000);
}

/**
 * @param {string | null} kind
 * @param {Date} moment
 * @param {Date} now
 * @returns {string}
 */
function textFor(kind, moment, now) {
  const age = now.getTime() - moment.getTime();
  if (kind === "waiting") return formatWaiting(age);
  if (kind === "elapsed") return formatElapsed(age);
  if (kind === "full") return moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  return formatDay(moment, now);
}

/**
 * @param {Date} moment
 * @returns {number}
 */
function startOfDay(moment) {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();
}
