/** Marks: what they measure, how they are drawn point by point, undo and redo. */
import assert from "node:assert/strict";
import test from "node:test";

import { Editor } from "../../static/js/viewer/annotations/editor.js";
import { KINDS } from "../../static/js/viewer/annotations/kinds/index.js";
import { broken } from "../../static/js/viewer/annotations/layer.js";
import { lengthBetween, nameSpacing } from "../../static/js/viewer/annotations/lengths.js";
import { statisticsOf, valuesWithin } from "../../static/js/viewer/annotations/statistics.js";
import { AnnotationStore } from "../../static/js/viewer/annotations/store.js";
import { withMarks } from "../../static/js/viewer/panel/report.js";
import "./catalogue.js";
import { PLAIN, picture } from "./examples.js";

const DETECTOR = { row_mm: 0.2, column_mm: 0.1, at_detector: true };
const say = (kind, points, context = {}) => KINDS.get(kind).describe(points, { image: null, spacing: null, viewPosition: null, ...context });

test("a length uses the spacing of its direction and names it", () => {
  assert.equal(lengthBetween({ x: 0, y: 0 }, { x: 30, y: 20 }, DETECTOR), 5);
  assert.deepEqual(say("ruler", [{ x: 0, y: 0 }, { x: 30, y: 20 }], { spacing: DETECTOR }), ["5.0 mm · at detector"]);
  assert.deepEqual(say("ruler", [{ x: 0, y: 0 }, { x: 30, y: 40 }]), ["50 px · no spacing in the file"]);
  assert.equal(nameSpacing({ ...DETECTOR, at_detector: false }), "pixel spacing");
});

test("an angle is that of the patient, not of pixels that are not square", () => {
  const corner = [{ x: 10, y: 0 }, { x: 0, y: 0 }, { x: 10, y: 10 }];

  assert.deepEqual(say("angle", corner), ["45.0°"]);
  assert.deepEqual(say("angle", corner, { spacing: DETECTOR }), ["63.4°"]);
});

test("without a spacing, lengths and angles still follow the shape of a pixel", () => {
  const image = { ...picture(10, 10, () => 0), aspect: 2 };

  assert.deepEqual(say("ruler", [{ x: 0, y: 0 }, { x: 30, y: 20 }], { image }), ["50 px · no spacing in the file"]);
  assert.deepEqual(say("angle", [{ x: 10, y: 0 }, { x: 0, y: 0 }, { x: 20, y: 10 }], { image }), ["45.0°"]);
});

test("the cardiothoracic ratio is heart over thorax and warns of AP", () => {
  const points = [{ x: 40, y: 5 }, { x: 90, y: 5 }, { x: 0, y: 9 }, { x: 100, y: 9 }];

  assert.equal(say("cardiothoracic-ratio", points)[0], "CTR 0.50");
  assert.equal(say("cardiothoracic-ratio", points, { viewPosition: "AP" }).length, 3);
});

test("statistics are those of the pixels whose middle lies inside", () => {
  const image = picture(10, 10, (x, y) => x + 10 * y);
  const corners = [{ x: 7, y: 6 }, { x: 2, y: 4 }];

  const found = statisticsOf(valuesWithin(image, "rectangle", corners));

  assert.deepEqual(found, { n: 10, mean: 49, deviation: Math.sqrt(27), least: 42, most: 56 });
});

test("an ellipse leaves the corners of its box out, and padding never counts", () => {
  const image = picture(100, 100, (x) => (x < 50 ? 0 : 7), { ...PLAIN, padding: [0, 0] });

  const values = valuesWithin(image, "ellipse", [{ x: 0, y: 0 }, { x: 100, y: 100 }]);

  assert.ok(values.every((value) => value === 7));
  assert.ok(Math.abs(values.length - (Math.PI * 2500) / 2) < 30);
  assert.equal(statisticsOf(valuesWithin(image, "ellipse", [{ x: 10, y: 10 }, { x: 20, y: 20 }])), null);
});

test("undo and redo walk through what was done, and something new ends the redo", () => {
  const store = new AnnotationStore();
  const mark = (text) => ({ id: "a", kind: "arrow", points: [], text });
  const seen = [];
  store.addEventListener("changed", (event) => seen.push(...event.detail));

  store.put(mark("one"));
  store.put(mark("two"));
  store.remove("a");
  store.undo();
  assert.equal(store.get("a").text, "two");
  store.undo();
  assert.equal(store.get("a").text, "one");
  store.redo();
  store.put(mark("three"));
  store.redo();

  assert.equal(store.get("a").text, "three");
  assert.equal(store.canRedo, false);
  assert.ok(seen.every((id) => id === "a") && seen.length === 7);
});

test("words that were asked for are part of the step that made the mark", () => {
  const store = new AnnotationStore();
  const mark = (text) => ({ id: "a", kind: "arrow", points: [], text });

  store.put(mark(""));
  store.amend(mark("Hazy"));
  store.undo();
  assert.equal(store.get("a"), null);
  store.redo();
  assert.equal(store.get("a").text, "Hazy");

  store.put({ ...mark(""), id: "b" });
  store.amend(mark("Clear")); // not of the last step: a step of its own
  store.undo();
  assert.equal(store.get("a").text, "Hazy");
});

/** An editor on a picture of 100 by 100 that is shown one to one. */
function makeEditor(turn = 0) {
  globalThis.window ??= { devicePixelRatio: 1 };
  const store = new AnnotationStore();
  const pose = { turn, mirrored: false };
  const viewport = {
    image: picture(100, 100, () => 0),
    pose,
    view: () => ({ scale: 1, x: 0, y: 0, ...pose, width: 100, height: 100, aspect: 1 }),
  };
  const editor = new Editor(viewport, store);
  const tool = (name) => editor.tools().find((one) => one.name === name);
  const at = (x, y) => ({ canvas: { x, y }, image: { x, y }, by: "mouse" });
  return { store, editor, tool, at };
}

test("a drag draws a ruler", () => {
  const { store, tool, at } = makeEditor();

  tool("ruler").press(at(10, 10));
  tool("ruler").move(at(40, 50));
  tool("ruler").release(at(40, 50));

  assert.deepEqual(store.all[0].points, [{ x: 10, y: 10 }, { x: 40, y: 50 }]);
});

test("two clicks draw a ruler too, as the keyboard's cursor does", () => {
  const { store, tool, at } = makeEditor();

  for (const place of [at(10, 10), at(40, 50)]) {
    tool("ruler").hover(place);
    tool("ruler").press(place);
    tool("ruler").release(place);
  }

  assert.deepEqual(store.all[0].points, [{ x: 10, y: 10 }, { x: 40, y: 50 }]);
});

test("an angle goes on from the corner that a drag ended in", () => {
  const { store, tool, at } = makeEditor();

  tool("angle").press(at(10, 10));
  tool("angle").move(at(50, 50));
  tool("angle").release(at(50, 50));
  tool("angle").hover(at(90, 10));
  tool("angle").press(at(90, 10));

  assert.deepEqual(store.all[0].points, [{ x: 10, y: 10 }, { x: 50, y: 50 }, { x: 90, y: 10 }]);
});

test("both widths of a cardiothoracic ratio are level on the screen, however the picture is turned", () => {
  for (const [turn, axis] of [[0, "y"], [90, "x"]]) {
    const { store, tool, at } = makeEditor(turn);
    for (const [from, to] of [[at(30, 40), at(60, 47)], [at(10, 55), at(90, 80)]]) {
      tool("cardiothoracic-ratio").press(from);
      tool("cardiothoracic-ratio").move(to);
      tool("cardiothoracic-ratio").release(to);
    }

    const { points } = store.all[0];
    assert.equal(points.length, 4);
    assert.ok(points[0][axis] === points[1][axis] && points[2][axis] === points[3][axis]);
  }
});

test("a press near a point moves it, and points stay on the radiograph", () => {
  const { store, editor, tool, at } = makeEditor();
  tool("ruler").press(at(10, 10));
  tool("ruler").move(at(40, 50));
  tool("ruler").release(at(40, 50));

  assert.equal(editor.grab(at(70, 70), false), null);
  const moving = editor.grab(at(43, 52), false);
  moving.press(at(43, 52));
  moving.move(at(300, 60));
  moving.release(at(300, 60));

  assert.deepEqual(store.all[0].points[1], { x: 100, y: 60 });
  store.undo();
  assert.deepEqual(store.all[0].points[1], { x: 40, y: 50 });
});

test("while drawing, a press near another mark begins a new one, and near the selected one moves it", () => {
  const { store, editor, tool, at } = makeEditor();
  tool("ruler").press(at(10, 10));
  tool("ruler").move(at(40, 50));
  tool("ruler").release(at(40, 50));

  assert.notEqual(editor.grab(at(40, 50), true), null);
  editor.select(null);
  assert.equal(editor.grab(at(40, 50), true), null);
  assert.notEqual(editor.grab(at(40, 50), false), null);
  assert.equal(store.all.length, 1);
});

test("a press on an arrow that moves nothing asks for its words", () => {
  const { store, editor, tool, at } = makeEditor();
  tool("arrow").press(at(10, 10));
  tool("arrow").move(at(40, 50));
  tool("arrow").release(at(40, 50));
  const asked = [];
  editor.addEventListener("asks-text", ({ detail }) => asked.push(detail));

  const moving = editor.grab(at(10, 10), true);
  moving.press(at(10, 10));
  moving.release(at(10, 10));

  assert.deepEqual(asked, [store.all[0].id]);
  assert.deepEqual(store.all[0].points[0], { x: 10, y: 10 });
});

test("what is half done can be left", () => {
  const { store, editor, tool, at } = makeEditor();

  tool("angle").press(at(10, 10));
  tool("angle").cancel();

  assert.equal(editor.draft, null);
  assert.deepEqual(store.all, []);
});

test("measurements stand before the notice of a report", () => {
  assert.equal(withMarks("Finding.\nNotice.\n", ["Ruler, 5.0 mm"]), "Finding.\nMeasured by the reader: Ruler, 5.0 mm.\nNotice.");
  assert.equal(withMarks(" Finding.\nNotice.\n", []), "Finding.\nNotice.");
});

test("words of a mark are broken at spaces, or where there is none, and what is left over is said", () => {
  assert.deepEqual(broken(""), []);
  assert.deepEqual(broken("Hazy"), ["Hazy"]);
  assert.deepEqual(broken(`${"a".repeat(30)} ${"b".repeat(10)}`), ["a".repeat(30), "b".repeat(10)]);
  assert.deepEqual(broken("c".repeat(40)), ["c".repeat(36), "c".repeat(4)]);
  assert.deepEqual(broken("word ".repeat(40)).map(({ length }) => length <= 36), [true, true, true]);
  assert.match(broken("word ".repeat(40))[2], /…$/);
  assert.equal(broken("word ".repeat(40), Infinity).join(" "), "word ".repeat(40).trim());
});
