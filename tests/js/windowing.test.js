/** The viewer's windowing against the table of numbers that the server's is tested with. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

import { AS_SENT, MIN_WIDTH, PRESETS, applyVoiWindow, describeWindow, dragWindow, greyTable } from "../../static/js/viewer/windowing.js";

const golden = JSON.parse(await readFile(new URL("../golden/windowing.json", import.meta.url), "utf-8"));

for (const { note, function: voiLutFunction, center, width, inputs, outputs } of golden.cases) {
  test(`${voiLutFunction} ${center}/${width}: ${note}`, () => {
    for (const [index, value] of inputs.entries()) {
      const grey = applyVoiWindow(value, center, width, voiLutFunction);
      assert.ok(Math.abs(grey - outputs[index]) <= golden.tolerance, `${value} gives ${grey}, not ${outputs[index]}`);
    }
  });
}

test("as sent changes no presentation value by more than half a grey level", () => {
  const table = greyTable(AS_SENT, false);

  for (const value of [0, 1, 257, 32767, 32768, 65278, 65535]) {
    assert.ok(Math.abs(table[value] - (value / 65535) * 255) <= 0.5);
  }
});

test("inverting twice is the image again", () => {
  const [plain, inverted] = [greyTable(AS_SENT, false), greyTable(AS_SENT, true)];

  for (let value = 0; value < 65536; value += 997) assert.ok(Math.abs(plain[value] + inverted[value] - 255) <= 1);
});

test("a wider window never makes a dark value darker", () => {
  const narrow = greyTable({ center: 0.5, width: 0.4 }, false);
  const wide = greyTable({ center: 0.5, width: 0.8 }, false);

  for (let value = 0; value < 32768; value += 500) assert.ok(wide[value] >= narrow[value]);
});

test("a drag keeps the window within its bounds", () => {
  assert.deepEqual(dragWindow(AS_SENT, 0.1, -0.2), { center: 0.3, width: 1.1 });
  assert.deepEqual(dragWindow(AS_SENT, -5, 5), { center: 1, width: MIN_WIDTH });
});

test("the corner names a preset and the inversion", () => {
  assert.equal(describeWindow(AS_SENT, false), "C 50 % W 100 % · as sent");
  assert.equal(describeWindow({ center: 0.4, width: 0.3 }, true), "C 40 % W 30 % · inverted");
  assert.ok(PRESETS.every(({ window }) => window.width >= MIN_WIDTH));
});
