/** Drawing on the processor: values on the canvas, padding, the map's place, the contour. */
import assert from "node:assert/strict";
import test from "node:test";

import { contourPath } from "../../static/js/viewer/draw/contour.js";
import { evidenceAt } from "../../static/js/viewer/draw/evidence.js";
import { resample } from "../../static/js/viewer/draw/resample.js";
import { AS_STORED, fit, imageToCanvas, orientedSize } from "../../static/js/viewer/stage/transform.js";
import { PLAIN, POSES, SHAPES, picture, randomly } from "./examples.js";

const sceneOf = (image, view) => ({ image, view: { ...AS_STORED, width: image.width, height: image.height, aspect: image.aspect, ...view }, quick: false });

test("at one to one every pixel of the canvas is a pixel of the image", () => {
  const image = picture(7, 5, (x, y) => 1000 * y + x);

  const { values, weights } = resample(sceneOf(image, { scale: 1, x: 0, y: 0 }), { width: 7, height: 5 }, null);

  assert.deepEqual([...values], [...image.pixels]);
  assert.ok(weights.every((weight) => weight === 255));
});

test("a reduced pixel is the mean of those it covers", () => {
  const image = picture(4, 4, (x, y) => (x < 2 ? 100 : 300) + (y < 2 ? 0 : 1000));

  const { values } = resample(sceneOf(image, { scale: 0.5, x: 0, y: 0 }), { width: 2, height: 2 }, null);

  assert.deepEqual([...values], [100, 300, 1100, 1300]);
});

test("padding takes no part in a mean, and its share is said", () => {
  const image = picture(4, 2, (x) => (x % 2 ? 0 : 60000), { ...PLAIN, padding: [0, 10] });

  const { values, weights } = resample(sceneOf(image, { scale: 0.5, x: 0, y: 0 }), { width: 2, height: 1 }, null);

  assert.deepEqual([...values], [60000, 60000]);
  assert.deepEqual([...weights], [128, 128]);
});

test("what lies outside the image weighs nothing", () => {
  const image = picture(2, 2, () => 65535);

  const { weights } = resample(sceneOf(image, { scale: 1, x: 1, y: 1 }), { width: 4, height: 4 }, null);

  assert.deepEqual([...weights], [0, 0, 0, 0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 0, 0, 0]);
});

test("a bright dot is drawn where the transform puts it, for every shape and pose", () => {
  const canvas = { width: 260, height: 200 };
  for (const shape of SHAPES) {
    for (const pose of POSES) {
      const dot = { x: Math.floor(shape.width * 0.3), y: Math.floor(shape.height * 0.62) };
      const plain = picture(shape.width, shape.height, (x, y) => (Math.hypot(x - dot.x, y - dot.y) < 4 ? 65535 : 100));
      const image = { ...plain, aspect: shape.aspect };
      const view = { ...fit(orientedSize(shape, pose), canvas), ...pose };

      const scene = sceneOf(image, view);
      const { values } = resample(scene, canvas, null);

      const brightest = values.indexOf(values.reduce((most, value) => Math.max(most, value)));
      const found = { x: (brightest % canvas.width) + 0.5, y: Math.floor(brightest / canvas.width) + 0.5 };
      const wanted = imageToCanvas(scene.view, { x: dot.x + 0.5, y: dot.y + 0.5 });
      assert.ok(Math.hypot(found.x - wanted.x, found.y - wanted.y) < 3, JSON.stringify({ shape, pose, found, wanted }));
    }
  }
});

test("the map's peak lies in its cell, wherever the map is placed", () => {
  randomly(100, (random) => {
    const [width, height] = [3 + Math.floor(random() * 14), 3 + Math.floor(random() * 14)];
    const [column, row] = [Math.floor(random() * width), Math.floor(random() * height)];
    const values = new Uint16Array(width * height);
    values[row * width + column] = 65535;
    const [x0, y0] = [random() * 200 - 50, random() * 200 - 50];
    const map = { readingId: "", width, height, values, placement: [x0, y0, x0 + 100 + 900 * random(), y0 + 100 + 900 * random()] };
    const cell = { x: (map.placement[2] - x0) / width, y: (map.placement[3] - y0) / height };

    const middle = { x: x0 + (column + 0.5) * cell.x, y: y0 + (row + 0.5) * cell.y };

    assert.ok(evidenceAt(map, middle) > 0.999);
    assert.ok((evidenceAt(map, { x: middle.x + 1.01 * cell.x, y: middle.y }) ?? 0) < 1e-9);
    assert.equal(evidenceAt(map, { x: x0 - 1, y: y0 }), null);
  });
});

test("the contour goes round the peak at the level asked for", () => {
  const map = { readingId: "", width: 3, height: 3, values: new Uint16Array([0, 0, 0, 0, 65535, 0, 0, 0, 0]), placement: [0, 0, 300, 300] };

  const points = [...contourPath(map, 0.5).matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => ({ x: Number(x), y: Number(y) }));

  assert.ok(points.length > 20);
  for (const point of points) assert.ok(Math.abs(evidenceAt(map, point) - 0.5) < 0.06, JSON.stringify(point));
  assert.equal(contourPath({ ...map, values: new Uint16Array(9) }, 0.5), "");
});
