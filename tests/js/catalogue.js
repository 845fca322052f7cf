/** Gives scripts the page's catalogue where there is no page. The file is read in the few forms of TOML that it uses. */
import { readFileSync } from "node:fs";

const LINES = readFileSync(new URL("../../templates/words/en.toml", import.meta.url), "utf-8").split("\n");

/** @returns {object} What a page hands to its scripts, as `app/web/words.py` puts it together. */
function scriptWords() {
  const all = {};
  let table = all;
  for (const line of LINES) {
    const [, heading, key, text, forms] = /^(?:\[(.+)\]|([\w-]+) = (?:(".*")|\{ (.*) \}))$/.exec(line) ?? [];
    if (heading) table = heading.split(".").reduce((within, name) => (within[name] ??= {}), all);
    else if (key) table[key] = text ? JSON.parse(text) : JSON.parse(`{${forms.replace(/(one|other) = /g, '"$1": ')}}`);
  }
  return { ...all.script, findings: all.findings, impressions: all.impressions };
}

globalThis.HTMLElement ??= class {};
const words = Object.assign(new globalThis.HTMLElement(), { textContent: JSON.stringify(scriptWords()) });
globalThis.document ??= { querySelector: (selector) => (selector === "#words" ? words : null) };
