/** Covering: regions from corners, one question at a time, undo and redo, and no answer beside another's reading. */
import assert from "node:assert/strict";
import test from "node:test";

import { formatProbability } from "../../static/js/probability.js";
import { inside } from "../../static/js/viewer/stage/transform.js";
import { Covering } from "../../static/js/viewer/what-if/covering.js";
import "./catalogue.js";

const READING = { radiograph_id: "radiograph", reading_id: "reading", status: "done" };
const REGION = { x0: 10, y0: 20, x1: 30, y1: 40 };

/** A covering of an image of 100 × 80 pixels, what it asked, and how to answer. */
function covering(reading = { ...READING }) {
  const asked = [];
  globalThis.fetch = (address, { body, signal }) =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
      const answer = (content = {}, ok = true) => resolve({ ok, json: async () => ({ ...READING, ...content }) });
      asked.push({ address, rectangles: JSON.parse(body).rectangles, signal, answer, fail: reject });
    });
  const made = new Covering({ image: { width: 100, height: 80 } }, "/what-if", () => reading);
  return { made, asked, reading };
}

const settled = () => new Promise((done) => setTimeout(done));

test("a region is what lies between two corners, on the image", () => {
  const { made, asked } = covering();

  made.add([{ x: 30, y: 20 }, { x: 10, y: 40 }]);
  made.add([{ x: -5, y: 70 }, { x: 500, y: 90.123 }]);
  made.add([{ x: 5, y: 90 }, { x: 50, y: 95 }]); // below the image
  made.add([{ x: 5, y: 5 }, { x: 5, y: 50 }]); // a line

  assert.deepEqual(made.regions, [REGION, { x0: 0, y0: 70, x1: 100, y1: 80 }]);
  assert.deepEqual(asked.map(({ rectangles }) => rectangles.length), [1, 2]);
  assert.deepEqual(inside({ width: 10, height: 10 }, { x: 1.2345, y: -1 }), { x: 1.23, y: 0 });
});

test("only the last question is answered", async () => {
  const { made, asked } = covering();
  made.add([{ x: 10, y: 20 }, { x: 30, y: 40 }]);
  made.add([{ x: 50, y: 20 }, { x: 70, y: 40 }]);

  asked[0].answer({ covered_share: 0.1 });
  asked[1].answer({ covered_share: 0.2 });
  await settled();

  assert.ok(asked[0].signal.aborted);
  assert.equal(made.answer.covered_share, 0.2);
  assert.equal(made.problem, "");
});

test("undo and redo go region by region, also after all are uncovered", async () => {
  const { made, asked } = covering();
  made.undo();
  made.redo();
  made.add([{ x: 10, y: 20 }, { x: 30, y: 40 }]);
  made.add([{ x: 50, y: 20 }, { x: 70, y: 40 }]);

  made.undo();
  assert.deepEqual(made.regions, [REGION]);
  made.redo();
  assert.equal(made.regions.length, 2);
  made.uncover();
  assert.deepEqual(made.regions, []);
  made.redo();
  assert.deepEqual(made.regions, [REGION]);
  made.redo();

  assert.equal(made.regions.length, 2);
  assert.deepEqual(asked.map(({ rectangles }) => rectangles.length), [1, 2, 1, 2, 1, 2]);
});

test("an answer about another reading uncovers", async () => {
  for (const other of [{ reading_id: "another" }, { radiograph_id: "another" }]) {
    const { made, asked } = covering();
    made.add([{ x: 10, y: 20 }, { x: 30, y: 40 }]);

    asked[0].answer(other);
    await settled();

    assert.deepEqual([made.regions, made.answer], [[], null]);
  }
});

test("a panel of another reading, or one that may not be seen, uncovers", () => {
  for (const change of [{ reading_id: "another" }, { status: "covered" }]) {
    const { made, reading } = covering();
    made.add([{ x: 10, y: 20 }, { x: 30, y: 40 }]);
    made.follow();
    assert.equal(made.regions.length, 1);

    Object.assign(reading, change);
    made.follow();

    assert.deepEqual(made.regions, []);
  }
});

test("without a reading to compare with nothing is covered", () => {
  const { made, asked } = covering({ ...READING, status: "refused" });

  made.add([{ x: 10, y: 20 }, { x: 30, y: 40 }]);

  assert.deepEqual([made.isOpen, made.regions, asked], [false, [], []]);
});

test("what the server objects to, silence and too many regions are said", async () => {
  const { made, asked } = covering();
  made.add([{ x: 10, y: 20 }, { x: 30, y: 40 }]);
  asked[0].answer({ detail: "Queue full." }, false);
  await settled();
  assert.deepEqual([made.problem, made.answer], ["Queue full.", null]);

  for (let n = 1; n < 16; n += 1) made.add([{ x: n, y: 20 }, { x: 30, y: 40 }]);
  asked.at(-1).fail(new TypeError("no connection"));
  await settled();
  assert.match(made.problem, /did not answer/);
  made.add([{ x: 0, y: 0 }, { x: 30, y: 40 }]);
  assert.equal(made.regions.length, 16);
  assert.match(made.problem, /16 regions are the most/);
});

test("a probability is never written as certainty", () => {
  assert.deepEqual([0, 0.004, 0.005, 0.91, 0.994, 1].map(formatProbability), ["<0.01", "<0.01", "0.01", "0.91", "0.99", ">0.99"]);
});
