/** Between image and canvas. */
import assert from "node:assert/strict";
import test from "node:test";

import {
  AS_STORED, MAX_SCALE, actualSize, canvasToImage, fit, imageToCanvas, keepInSight, mirrored, orientedSize, pan, turned, zoomAt,
} from "../../static/js/viewer/stage/transform.js";
import { poseLike } from "../../static/js/viewer/compare/link.js";
import { describePose } from "../../static/js/viewer/stage/corners.js";
import { sideLetters } from "../../static/js/viewer/stage/sides.js";
import "./catalogue.js";
import { POSES, SHAPES, randomly } from "./examples.js";

const image = { width: 2000, height: 2500, aspect: 1 };
const canvas = { width: 1000, height: 800 };
const asStored = (camera) => ({ ...camera, ...AS_STORED, ...image });

test("fit shows the whole image in the middle", () => {
  const camera = fit(image, canvas);

  assert.equal(camera.scale, 0.32);
  assert.deepEqual(imageToCanvas(asStored(camera), { x: 0, y: 0 }), { x: 180, y: 0 });
  assert.deepEqual(imageToCanvas(asStored(camera), { x: 2000, y: 2500 }), { x: 820, y: 800 });
});

test("image to canvas and back is the same point", () => {
  const camera = zoomAt(fit(image, canvas), { x: 333, y: 222 }, 1.7);

  const back = canvasToImage(asStored(camera), imageToCanvas(asStored(camera), { x: 123.25, y: 2001.5 }));

  assert.ok(Math.abs(back.x - 123.25) < 1e-9);
  assert.ok(Math.abs(back.y - 2001.5) < 1e-9);
});

test("what lies below the cursor stays there while zooming", () => {
  const camera = fit(image, canvas);
  const at = { x: 700, y: 120 };

  const before = canvasToImage(asStored(camera), at);
  const after = canvasToImage(asStored(zoomAt(camera, at, 3)), at);

  assert.ok(Math.hypot(before.x - after.x, before.y - after.y) < 1e-9);
});

test("1:1 puts pixels on whole pixels", () => {
  const camera = actualSize(fit(image, { width: 1001, height: 799 }), { width: 1001, height: 799 });

  assert.equal(camera.scale, 1);
  assert.ok(Number.isInteger(camera.x) && Number.isInteger(camera.y));
});

test("zoom ends at its limit and the image cannot be pushed out of sight", () => {
  const camera = zoomAt(fit(image, canvas), { x: 0, y: 0 }, 1e6);
  const pushed = keepInSight(pan(fit(image, canvas), { x: 9999, y: -9999 }), image, canvas);

  assert.equal(camera.scale, MAX_SCALE);
  assert.equal(pushed.x, canvas.width - 48);
  assert.equal(pushed.y, 48 - image.height * pushed.scale);
});

test("image to canvas and back is the same point, for every shape, pose, zoom and pan", () => {
  randomly(400, (random) => {
    const shape = SHAPES[Math.floor(random() * SHAPES.length)];
    const pose = POSES[Math.floor(random() * POSES.length)];
    let camera = fit(orientedSize(shape, pose), canvas);
    camera = zoomAt(camera, { x: random() * 1000, y: random() * 800 }, Math.exp(4 * random() - 2));
    const view = { ...pan(camera, { x: 500 * random(), y: -500 * random() }), ...pose, ...shape };
    const point = { x: random() * shape.width, y: random() * shape.height };

    const back = canvasToImage(view, imageToCanvas(view, point));

    assert.ok(Math.hypot(back.x - point.x, back.y - point.y) < 1e-6, JSON.stringify({ view, point, back }));
  });
});

test("a circle in the patient is a circle on the canvas, whatever the shape of a pixel", () => {
  randomly(200, (random) => {
    const shape = { width: 50 + 500 * random(), height: 50 + 500 * random(), aspect: 0.4 + 2 * random() };
    const pose = POSES[Math.floor(random() * POSES.length)];
    const view = { ...zoomAt(fit(orientedSize(shape, pose), canvas), { x: 10, y: 10 }, 0.5 + random()), ...pose, ...shape };
    const middle = { x: shape.width * random(), y: shape.height * random() };
    const [seen, angle, radius] = [imageToCanvas(view, middle), 2 * Math.PI * random(), 10 + 30 * random()];

    // A pixel is 1 wide and `aspect` high.
    const edge = { x: middle.x + radius * Math.cos(angle), y: middle.y + (radius * Math.sin(angle)) / shape.aspect };
    const drawn = imageToCanvas(view, edge);

    assert.ok(Math.abs(Math.hypot(drawn.x - seen.x, drawn.y - seen.y) - radius * view.scale) < 1e-6, JSON.stringify(view));
    const back = canvasToImage(view, drawn);
    assert.ok(Math.hypot(back.x - edge.x, back.y - edge.y) < 1e-6, JSON.stringify(view));
  });
});

test("a fitted picture fills the canvas in one direction and leaves it in none, in every pose", () => {
  for (const shape of SHAPES) {
    for (const pose of POSES) {
      const view = { ...fit(orientedSize(shape, pose), canvas), ...pose, ...shape };
      const corners = [[0, 0], [shape.width, 0], [0, shape.height], [shape.width, shape.height]].map(([x, y]) => imageToCanvas(view, { x, y }));
      const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)];
      const [width, height] = [Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)];

      assert.ok(Math.min(...xs) > -1e-6 && Math.max(...xs) < canvas.width + 1e-6);
      assert.ok(Math.min(...ys) > -1e-6 && Math.max(...ys) < canvas.height + 1e-6);
      assert.ok(Math.abs(width - canvas.width) < 1e-6 || Math.abs(height - canvas.height) < 1e-6);
    }
  }
});

test("a turn is clockwise, and a mirror exchanges what is seen at the left and at the right", () => {
  const at = (pose, point) => imageToCanvas({ scale: 1, x: 0, y: 0, ...pose, width: 20, height: 10, aspect: 1 }, point);

  assert.deepEqual(at(turned(AS_STORED, 90), { x: 0, y: 0 }), { x: 10, y: 0 });
  assert.deepEqual(at(turned(AS_STORED, -90), { x: 0, y: 0 }), { x: 0, y: 20 });
  for (const pose of POSES) {
    const [before, after] = [at(pose, { x: 3, y: 4 }), at(mirrored(pose), { x: 3, y: 4 })];
    const { width } = orientedSize({ width: 20, height: 10, aspect: 1 }, pose);
    assert.ok(Math.hypot(before.x + after.x - width, before.y - after.y) < 1e-9, JSON.stringify(pose));
  }
});

test("four turns and two mirrors are nothing", () => {
  for (const pose of POSES) {
    assert.deepEqual([1, 2, 3, 4].reduce((turning) => turned(turning, 90), pose), pose);
    assert.deepEqual(mirrored(mirrored(pose)), pose);
  }
});

test("the patient's right stands at the left once the radiograph is upright, and at the right in a mirror", () => {
  for (const turn of [0, 90, 180, 270]) {
    for (const isMirrored of [false, true]) {
      const upright = isMirrored ? mirrored({ turn, mirrored: false }) : { turn, mirrored: false };
      const view = { scale: 1, x: 0, y: 0, ...upright, width: 20, height: 10, aspect: 1 };
      const [right, left] = sideLetters({ width: 20, height: 10 }, turn).map(({ at }) => imageToCanvas(view, at));

      assert.equal(right.x < left.x, !isMirrored);
      assert.ok(Math.abs(right.y - left.y) < 1e-9);
    }
  }
});

test("a pose is said in the order that led to it", () => {
  const right = (pose) => turned(pose, 90);
  const exchanged = "Mirrored: left and right are exchanged";

  assert.equal(describePose(AS_STORED), "");
  assert.equal(describePose(right(right(right(AS_STORED)))), "Turned 270°");
  assert.equal(describePose(mirrored(AS_STORED)), exchanged);
  assert.equal(describePose(mirrored(right(AS_STORED))), `Turned 90° · ${exchanged}`);
  assert.equal(describePose(right(mirrored(AS_STORED))), `${exchanged} · Turned 90°`);
  assert.equal(describePose(mirrored(right(right(AS_STORED)))), `Turned 180° · ${exchanged}`);
});

test("two pictures hang alike: the same turns and mirrors on both, each from its upright pose", () => {
  const upright = (turn) => ({ turn, mirrored: false });
  const steps = [(pose) => turned(pose, 90), mirrored, (pose) => turned(pose, -90), (pose) => turned(pose, 180), mirrored];

  for (const own of [0, 90, 180, 270]) {
    for (const other of [0, 90, 180, 270]) {
      let [one, like] = [upright(own), upright(other)];
      assert.deepEqual(poseLike(one, own, other), like);
      for (const step of steps) {
        [one, like] = [step(one), step(like)];
        assert.deepEqual(poseLike(one, own, other), like);
      }
    }
  }
});
