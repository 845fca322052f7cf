/** Keys, commands, colours, times and schemas: the tables that pages are made from. */
import assert from "node:assert/strict";
import test from "node:test";

import { exampleOf, fieldsOf, typeOf } from "../../static/js/docs/schema.js";
import { formatElapsed, formatWaiting } from "../../static/js/time.js";
import { KINDS } from "../../static/js/viewer/annotations/kinds/index.js";
import { buildCommands } from "../../static/js/viewer/commands.js";
import { PALETTES, colourOf, colourTable } from "../../static/js/viewer/draw/colours.js";
import { blended } from "../../static/js/viewer/draw/evidence.js";
import { KEYMAP, commandOf, keyOf } from "../../static/js/viewer/keymap.js";
import { decodeLittleEndian } from "../../static/js/viewer/stage/image.js";
import { PRESETS } from "../../static/js/viewer/stage/windowing.js";
import { say } from "../../static/js/words.js";
import "./catalogue.js";

const press = (key, held = {}) => ({ key, ctrlKey: false, altKey: false, metaKey: false, ...held });

test("every key has a command and every command a key", () => {
  const commands = buildCommands({});

  assert.deepEqual(new Set(KEYMAP.map(({ command }) => command)), new Set(commands.keys()));
  assert.equal(new Set(KEYMAP.map(({ key, ctrl = false, where }) => `${ctrl} ${key} ${where === "covered"}`)).size, KEYMAP.length);
});

test("every command, its group, every kind of mark and every preset has its words", () => {
  for (const [name, { group }] of buildCommands({})) assert.ok(say(`commands.${name}`) && say(`groups.${group}`));
  for (const name of KINDS.keys()) assert.ok(say(`kinds.${name}`) && say(`hints.${name}`));
  for (const { name } of PRESETS) assert.ok(say(`presets.${name}`));
});

test("keys find their command, and the browser keeps its own", () => {
  assert.equal(commandOf(press("H"), false), "heatmap");
  assert.equal(commandOf(press("h", { ctrlKey: true }), false), null);
  assert.equal(commandOf(press("z", { ctrlKey: true }), false), "undo");
  assert.equal(commandOf(press("Z", { ctrlKey: true, shiftKey: true }), false), "redo");
  assert.equal(commandOf(press("z"), false), "tool-zoom");
  assert.equal(commandOf(press("Enter", { ctrlKey: true }), false), "sign");
  assert.equal(commandOf(press("ArrowUp"), true), "up");
  assert.equal(commandOf(press("ArrowUp"), false), null);
  assert.equal(commandOf(press("c"), false), "comment");
  assert.equal(commandOf(press("c"), false, true), "impression-covid-19");
  assert.equal(commandOf(press("n"), false, true), "names");
  assert.equal(keyOf("fit"), "F");
  assert.equal(keyOf("nothing"), "");
});

test("colours grow lighter with the evidence", () => {
  const light = (value, palette) => {
    const [red, green, blue] = colourOf(value, palette);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };

  for (const palette of PALETTES) {
    for (let value = 0; value < 1; value += 0.02) assert.ok(light(value + 0.02, palette) > light(value, palette));
  }
  assert.deepEqual([...colourTable().slice(0, 4)], [0, 0, 4, 255]);
  assert.deepEqual([...colourTable().slice(-4)], [252, 255, 164, 255]);
});

test("the map is blended between the centres of its cells", () => {
  const map = { readingId: "", width: 2, height: 1, values: new Uint16Array([0, 65535]), placement: [0, 0, 2, 1] };

  assert.deepEqual([0, 0.5, 1, 1.5, 2].map((x) => blended(map, x, 0.5)), [0, 0, 0.5, 1, 1]);
});

test("values come in little-endian order", () => {
  assert.deepEqual([...decodeLittleEndian(new Uint8Array([1, 0, 0, 1]).buffer)], [1, 256]);
});

test("times are short words", () => {
  assert.deepEqual([20e3, 42 * 60e3, 67 * 60e3, 50 * 3600e3].map(formatWaiting), ["< 1 min", "42 min", "1 h 07", "2 d"]);
  assert.equal(formatElapsed(125_400), "2 min 05 s");
});

test("schemas are told in words", () => {
  const api = {
    components: { schemas: { Row: { type: "object", title: "Row", required: ["id"], properties: { id: { type: "string", format: "uuid" } } } } },
  };
  const rows = { type: "array", items: { $ref: "#/components/schemas/Row" } };

  assert.equal(typeOf(rows, api), "list of Row");
  assert.equal(typeOf({ anyOf: [{ type: "number" }, { type: "null" }] }, api), "number | null");
  assert.deepEqual(fieldsOf(rows, api), [{ name: "id", type: "string (uuid)", required: true, description: "", fields: [] }]);
  assert.equal(exampleOf({ schema: { examples: [7] } }, api), 7);
});
