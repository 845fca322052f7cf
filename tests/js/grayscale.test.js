/** From values to greys, against the shared table that the server and the shaders are tested with. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

import {
  describeWindow, displayFunction, greyTable, modalityOf, modalityWindow, paddingValues, storedOf, windowBetween,
} from "../../static/js/viewer/stage/grayscale.js";
import { AS_SENT } from "../../static/js/viewer/stage/windowing.js";
import "./catalogue.js";
import { PLAIN } from "./examples.js";

const { cases } = JSON.parse(await readFile(new URL("../golden/grayscale.json", import.meta.url), "utf-8"));

for (const { note, stored, presentation, wire } of cases) {
  test(`as sent: ${note}`, () => {
    const display = displayFunction(wire.grayscale, AS_SENT, false);

    for (const [i, value] of wire.values.entries()) {
      const shown = display(modalityOf(wire.grayscale, value));
      assert.ok(Math.abs(shown - presentation[i]) < 1e-9, `${stored[i]} gives ${shown}, not ${presentation[i]}`);
    }
  });

  test(`stored values are found again: ${note}`, () => {
    assert.deepEqual(wire.values.map((value) => storedOf(wire.grayscale, modalityOf(wire.grayscale, value))), stored);
  });

  test(`the drawing's table says the same within half a grey level: ${note}`, () => {
    const table = greyTable(wire.grayscale, AS_SENT, false);
    const padding = paddingValues(wire.grayscale);

    for (const [i, value] of wire.values.entries()) {
      const isPadding = padding && value >= padding[0] && value <= padding[1];
      const grey = isPadding ? 0 : table[Math.round((value / (wire.grayscale.levels - 1)) * 65535)];
      assert.ok(Math.abs(grey - 255 * presentation[i]) <= 0.5 + 1e-3, `${stored[i]} gives ${grey}`);
    }
  });

  test(`inverting twice is the picture again: ${note}`, () => {
    const [plain, inverted] = [false, true].map((isInverted) => greyTable(wire.grayscale, AS_SENT, isInverted));

    for (let i = 0; i < plain.length; i += 997) assert.ok(Math.abs(plain[i] + inverted[i] - 255) <= 1);
  });

  test(`the window that is in force leads back to itself: ${note}`, () => {
    const window = { center: 0.4, width: 0.7 };
    const { low, high } = modalityWindow(wire.grayscale, window);

    const again = windowBetween(wire.grayscale, low, high);

    assert.ok(Math.abs(again.center - 0.4) < 1e-9 && Math.abs(again.width - 0.7) < 1e-9);
  });
}

test("a lower center is brighter, whichever end of the values is white", () => {
  for (const isInverted of [false, true]) {
    const grayscale = { ...PLAIN, is_inverted: isInverted };
    const grey = (center) => displayFunction(grayscale, { center, width: 1 }, false)(30000);

    assert.ok(grey(0.4) > grey(0.5));
  }
});

test("a wider window never makes a dark value darker", () => {
  const narrow = greyTable(PLAIN, { center: 0.5, width: 0.4 }, false);
  const wide = greyTable(PLAIN, { center: 0.5, width: 0.8 }, false);

  for (let value = 0; value < 32768; value += 500) assert.ok(wide[value] >= narrow[value]);
});

test("the corner says window, function, preset and inversion", () => {
  const [{ wire }] = cases;

  assert.equal(describeWindow(wire.grayscale, AS_SENT, false), "C 2048 W 4096 · linear · as sent");
  assert.equal(describeWindow(wire.grayscale, { center: 0.4, width: 0.3 }, true), "C 1639 W 1230 · linear · inverted");
});
