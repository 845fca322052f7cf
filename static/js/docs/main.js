// @ts-check
/** Draws the API's page from the OpenAPI document of this server. */
import { need } from "../page-data.js";
import { say } from "../words.js";
import { drawOperation } from "./operation.js";
import { make, prose } from "./prose.js";

/** @typedef {import("./schema.js").Schema} Schema */

const METHODS = ["get", "post", "put", "patch", "delete"];

/**
 * List the operations by tag, in the order of the document.
 * @param {Schema} openapi
 */
function byTag(openapi) {
  /** @type {Map<string, {method: string, path: string, id: string, operation: Schema}[]>} */
  const groups = new Map();
  for (const [path, methods] of Object.entries(openapi.paths ?? {})) {
    for (const method of METHODS.filter((name) => name in methods)) {
      const operation = methods[method];
      const tag = operation.tags?.[0] ?? say("docs.others");
      const id = `${method}-${path.replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "") || "root"}`;
      groups.set(tag, [...(groups.get(tag) ?? []), { method, path, id, operation }]);
    }
  }
  return groups;
}

/** @param {Schema} openapi */
function draw(openapi) {
  need("[data-docs-title]").textContent = `${openapi.info?.title ?? "API"} ${openapi.info?.version ?? ""}`;
  need("[data-docs-lead]").replaceChildren(prose(openapi.info?.description ?? ""));
  need("[data-openapi-version]").textContent = openapi.openapi ?? "";
  const [contents, target] = [need("[data-contents]"), need("[data-docs]")];
  for (const [tag, entries] of byTag(openapi)) {
    const title = tag.charAt(0).toUpperCase() + tag.slice(1);
    const links = entries.map(({ id, method, path }) => {
      const link = Object.assign(document.createElement("a"), { href: `#${id}`, title: `${method.toUpperCase()} ${path}` });
      // A path that is too long breaks before a slash.
      const steps = path.slice(1).split("/").flatMap((step) => [document.createElement("wbr"), `/${step}`]);
      link.append(make("code", "", method.toUpperCase()), " ", ...steps.slice(1));
      return make("li", "", link);
    });
    contents.append(make("h2", "", title), make("ul", "", ...links));
    target.append(make("section", "", make("h2", "", title), ...entries.map((entry) => drawOperation(entry, openapi))));
  }
}

const message = need("[data-docs-message]");
try {
  const address = /** @type {HTMLAnchorElement} */ (need("[data-openapi]")).href;
  const response = await fetch(address);
  if (!response.ok) throw new TypeError(`status ${response.status}`);
  draw(await response.json());
  message.remove();
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  message.textContent = say("docs.missing");
}
