// @ts-check
/** Draws one operation: what it does, what it takes, what it answers. */
import { say } from "../words.js";
import { make, prose, withCode } from "./prose.js";
import { exampleOf, fieldsOf, resolve, typeOf } from "./schema.js";

/** @typedef {import("./schema.js").Schema} Schema */
/** @typedef {import("./schema.js").Field} Field */

/**
 * @param {{method: string, path: string, id: string, operation: Schema}} entry
 * @param {Schema} openapi
 * @returns {HTMLElement}
 */
export function drawOperation({ method, path, id, operation }, openapi) {
  const article = make("article", "operation");
  article.id = id;
  article.append(make("header", "", make("span", `method ${method}`, method.toUpperCase()), make("h3", "", path)));
  article.append(prose(operation.description ?? operation.summary ?? ""));
  const parameters = (operation.parameters ?? []).map((/** @type {Schema} */ one) => resolve(one, openapi));
  if (parameters.length) article.append(make("h4", "", say("docs.parameters")), drawParameters(parameters, openapi));
  if (operation.requestBody) {
    article.append(make("h4", "", say("docs.body")));
    article.append(...drawContent(resolve(operation.requestBody, openapi).content ?? {}, openapi));
  }
  article.append(make("h4", "", say("docs.answers")));
  for (const [status, answer] of Object.entries(operation.responses ?? {})) {
    article.append(drawAnswer(status, resolve(answer, openapi), openapi));
  }
  return article;
}

/**
 * @param {Schema[]} parameters
 * @param {Schema} openapi
 * @returns {HTMLElement}
 */
function drawParameters(parameters, openapi) {
  const list = make("ul", "fields");
  for (const { name, in: place, required, schema = {}, description = "" } of parameters) {
    const there = say("docs.in_place", { type: typeOf(schema, openapi), place });
    const type = required ? there : say("docs.optional", { type: there });
    list.append(line(name, type, description));
  }
  return list;
}

/**
 * @param {string} status
 * @param {Schema} answer
 * @param {Schema} openapi
 * @returns {HTMLElement}
 */
function drawAnswer(status, answer, openapi) {
  const types = Object.keys(answer.content ?? {}).join(", ");
  const details = make("details");
  const summary = make("summary", "", make("code", "", status), " ", withCode("span", answer.description ?? ""));
  if (types) summary.append(make("span", "quiet", types));
  details.append(summary, make("div", "", ...drawContent(answer.content ?? {}, openapi)));
  return details;
}

/**
 * @param {Record<string, Schema>} content
 * @param {Schema} openapi
 * @returns {HTMLElement[]}
 */
function drawContent(content, openapi) {
  const drawn = [];
  for (const [type, media] of Object.entries(content)) {
    drawn.push(make("p", "type", `${type}: ${typeOf(media.schema ?? {}, openapi)}`));
    const fields = fieldsOf(media.schema ?? {}, openapi);
    if (fields.length) drawn.push(drawFields(fields));
    const example = exampleOf(media, openapi);
    if (example !== undefined) drawn.push(make("pre", "", JSON.stringify(example, null, 2)));
  }
  return drawn.length ? drawn : [make("p", "quiet", say("docs.no_body"))];
}

/**
 * @param {Field[]} fields
 * @returns {HTMLElement}
 */
function drawFields(fields) {
  const list = make("ul", "fields");
  for (const field of fields) {
    const item = line(field.name, field.required ? field.type : say("docs.optional", { type: field.type }), field.description);
    if (field.fields.length) item.append(drawFields(field.fields));
    list.append(item);
  }
  return list;
}

/**
 * @param {string} name
 * @param {string} type
 * @param {string} description
 * @returns {HTMLElement}
 */
function line(name, type, description) {
  const item = make("li", "", make("code", "", name), " ", make("span", "type", type));
  if (description) item.append(" · ", withCode("span", description));
  return item;
}
