/** Between image and canvas. */
import assert from "node:assert/strict";
import test from "node:test";

import { MAX_SCALE, actualSize, canvasToImage, fit, imageToCanvas, keepInSight, pan, zoomAt } from "../../static/js/viewer/transform.js";

const image = { width: 2000, height: 2500 };
const canvas = { width: 1000, height: 800 };

test("fit shows the whole image in the middle", () => {
  const camera = fit(image, canvas);

  assert.equal(camera.scale, 0.32);
  assert.deepEqual(imageToCanvas(camera, { x: 0, y: 0 }), { x: 180, y: 0 });
  assert.deepEqual(imageToCanvas(camera, { x: 2000, y: 2500 }), { x: 820, y: 800 });
});

test("image to canvas and back is the same point", () => {
  const camera = zoomAt(fit(image, canvas), { x: 333, y: 222 }, 1.7);

  const back = canvasToImage(camera, imageToCanvas(camera, { x: 123.25, y: 2001.5 }));

  assert.ok(Math.abs(back.x - 123.25) < 1e-9);
  assert.ok(Math.abs(back.y - 2001.5) < 1e-9);
});

test("what lies below the cursor stays there while zooming", () => {
  const camera = fit(image, canvas);
  const at = { x: 700, y: 120 };

  const before = canvasToImage(camera, at);
  const after = canvasToImage(zoomAt(camera, at, 3), at);

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
