/** Places for the words of marks. */
import assert from "node:assert/strict";
import test from "node:test";

import { boxRound, findPlace } from "../../static/js/viewer/annotations/places.js";

const room = { width: 400, height: 300 };
const size = { width: 120, height: 32 };
const shape = boxRound([{ x: 150, y: 130 }, { x: 100, y: 100 }]);
const first = { x: 160, y: 120 };

test("words stand where they stand best, if that is free", () => {
  assert.deepEqual(shape, { x: 100, y: 100, width: 50, height: 30 });
  assert.deepEqual(findPlace(first, shape, size, room, []), first);
});

test("words that would leave the pane go to another side of their shape", () => {
  const right = { ...shape, x: 340 };

  assert.deepEqual(findPlace({ x: 400, y: 120 }, right, size, room, []), { x: 340 - 120 - 8, y: 99 });
});

test("words that are moved into the pane lie over their own shape only where nothing beside it is free", () => {
  const wide = { x: 60, y: 100, width: 260, height: 60 };
  const below = { x: 60, y: 168, width: 120, height: 32 };

  assert.deepEqual(findPlace({ x: 330, y: 120 }, wide, { ...size, width: 335 }, room, []), { x: 57, y: 168 });
  assert.deepEqual(findPlace({ x: 330, y: 120 }, wide, { ...size, width: 335 }, room, [below]), { x: 57, y: 60 });
});

test("words keep clear of what is there already", () => {
  const taken = [{ x: 150, y: 100, width: 250, height: 60 }];
  const found = findPlace(first, { ...shape, x: 200 }, size, room, taken);

  assert.deepEqual(found, { x: 200, y: 60 }); // above the shape
});

test("many words in one place never lie over one another, and those without a place are left out", () => {
  const placed = [];
  const found = Array.from({ length: 30 }, () => {
    const place = findPlace(first, shape, size, room, placed);
    if (place) placed.push({ ...place, ...size });
    return place;
  });

  assert.ok(placed.length > 4 && found.at(-1) === null);
  for (const [index, a] of placed.entries()) {
    assert.ok(a.x >= 0 && a.y >= 0 && a.x + a.width <= room.width && a.y + a.height <= room.height);
    for (const b of placed.slice(0, index)) {
      assert.ok(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y);
    }
  }
});
