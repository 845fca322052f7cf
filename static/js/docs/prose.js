// @ts-check
/** Turns descriptions into elements: paragraphs, lists and `code`; anything else stays text. */

/**
 * @param {string} text
 * @returns {HTMLElement}
 */
export function prose(text) {
  const block = document.createElement("div");
  block.className = "prose";
  for (const part of text.trim().split(/\n\s*\n/)) {
    const lines = part.split("\n").map((line) => line.trim());
    if (lines.every((line) => line.startsWith("- ") || line.startsWith("* "))) {
      const list = document.createElement("ul");
      for (const line of lines) list.append(withCode("li", line.slice(2)));
      block.append(list);
    } else if (part.trim()) {
      block.append(withCode("p", lines.join(" ")));
    }
  }
  return block;
}

/**
 * Make an element of text in which `backticks` mark code.
 * @param {string} name
 * @param {string} text
 * @returns {HTMLElement}
 */
export function withCode(name, text) {
  const element = document.createElement(name);
  for (const [index, part] of text.split(/`+/).entries()) {
    if (index % 2 === 0) element.append(part);
    else element.append(Object.assign(document.createElement("code"), { textContent: part }));
  }
  return element;
}

/**
 * Make an element.
 * @param {string} name
 * @param {string} [className]
 * @param {(string | Node)[]} children
 * @returns {HTMLElement}
 */
export function make(name, className = "", ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}
