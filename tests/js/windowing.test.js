/** Windows: their formulas against the table that the server's are tested with, drags and presets. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

import { AS_SENT, MIN_WIDTH, PRESETS, applyVoiWindow, dragWindow, presetOf } from "../../static/js/viewer/stage/windowing.js";

const golden = JSON.parse(await readFile(new URL("../golden/windowing.json", import.meta.url), "utf-8"));

for (const { note, function: voiLutFunction, center, width, inputs, outputs } of golden.cases) {
  test(`${voiLutFunction} ${center}/${width}: ${note}`, () => {
    for (const [index, value] of inputs.entries()) {
      const grey = applyVoiWindow(value, center, width, voiLutFunction);
      assert.ok(Math.abs(grey - outputs[index]) <= golden.tolerance, `${value} gives ${grey}, not ${outputs[index]}`);
    }
  });
}

test("a drag keeps the window within its bounds", () => {
  assert.deepEqual(dragWindow(AS_SENT, 0.1, -0.2), { center: 0.3, width: 1.1 });
  assert.deepEqual(dragWindow(AS_SENT, -5, 5), { center: 2.5, width: MIN_WIDTH });
});

test("a preset is known by its window", () => {
  assert.equal(presetOf(AS_SENT), "as-sent");
  assert.equal(presetOf({ center: 0.41, width: 0.3 }), null);
  assert.ok(PRESETS.every(({ window }) => window.width >= MIN_WIDTH));
});
