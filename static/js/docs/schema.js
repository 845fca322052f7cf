// @ts-check
/** Reads JSON schemas of an OpenAPI document: references, types in words, fields. Pure. */

/** @typedef {Record<string, any>} Schema */
/** @typedef {{name: string, type: string, required: boolean, description: string, fields: Field[]}} Field */

const DEEPEST = 5;

/**
 * Follow a reference to the schema it names.
 * @param {Schema} schema
 * @param {Schema} document The whole OpenAPI document.
 * @returns {Schema}
 */
export function resolve(schema, document) {
  if (typeof schema.$ref !== "string") return schema;
  const path = schema.$ref.replace("#/", "").split("/");
  const target = path.reduce((place, key) => place?.[key], document) ?? {};
  const { $ref, ...beside } = schema;
  return { ...resolve(target, document), ...beside };
}

/**
 * Say in a few words what a schema allows.
 * @param {Schema} schema
 * @param {Schema} document
 * @returns {string}
 */
export function typeOf(schema, document) {
  const known = resolve(schema, document);
  if (known.const !== undefined) return JSON.stringify(known.const);
  if (known.enum) return known.enum.map((/** @type {unknown} */ value) => JSON.stringify(value)).join(" | ");
  const choices = known.anyOf ?? known.oneOf;
  if (choices) return choices.map((/** @type {Schema} */ choice) => typeOf(choice, document)).join(" | ");
  if (known.allOf?.length === 1) return typeOf(known.allOf[0], document);
  if (known.prefixItems) {
    return `[${known.prefixItems.map((/** @type {Schema} */ item) => typeOf(item, document)).join(", ")}]`;
  }
  if (known.type === "array") return `list of ${typeOf(known.items ?? {}, document)}`;
  if (known.type === "object" || known.properties) return known.title ?? "object";
  const base = Array.isArray(known.type) ? known.type.join(" | ") : (known.type ?? "anything");
  return known.format ? `${base} (${known.format})` : base;
}

/**
 * List the fields of an object, or of the objects in a list, nested ones below.
 * @param {Schema} schema
 * @param {Schema} document
 * @param {number} [depth]
 * @returns {Field[]}
 */
export function fieldsOf(schema, document, depth = 0) {
  const known = objectIn(schema, document);
  if (!known || depth >= DEEPEST) return [];
  return Object.entries(known.properties ?? {}).map(([name, property]) => ({
    name,
    type: typeOf(property, document),
    required: (known.required ?? []).includes(name),
    description: resolve(property, document).description ?? "",
    fields: fieldsOf(property, document, depth + 1),
  }));
}

/**
 * Return an example of a media type: its own, or its schema's.
 * @param {Schema} media
 * @param {Schema} document
 * @returns {unknown}
 */
export function exampleOf(media, document) {
  if (media.example !== undefined) return media.example;
  const [first] = Object.values(media.examples ?? {});
  if (first?.value !== undefined) return first.value;
  const schema = resolve(media.schema ?? {}, document);
  return schema.example ?? schema.examples?.[0];
}

/**
 * Find the object with properties that a schema is about, through references, lists and alternatives with null.
 * @param {Schema} schema
 * @param {Schema} document
 * @returns {Schema | null}
 */
function objectIn(schema, document) {
  const known = resolve(schema, document);
  if (known.properties) return known;
  if (known.type === "array" && known.items) return objectIn(known.items, document);
  for (const choice of known.anyOf ?? known.oneOf ?? known.allOf ?? []) {
    const found = objectIn(choice, document);
    if (found) return found;
  }
  return null;
}
