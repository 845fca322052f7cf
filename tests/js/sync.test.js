/** Saving marks: what is sent and when, what is said where the server did not answer or held something else. */
import assert from "node:assert/strict";
import test from "node:test";

import { AnnotationStore } from "../../static/js/viewer/annotations/store.js";
import { AnnotationSync } from "../../static/js/viewer/annotations/sync.js";
import "./catalogue.js";

const mark = (id, text = "") => ({ id, kind: "arrow", points: [{ x: 1, y: 2 }, { x: 3, y: 4 }], text });
const stored = (one, at) => ({ ...one, updated_at: at });
const settled = () => new Promise((done) => setTimeout(done, 0));

/**
 * A page on which marks are saved, before a server that answers what the test says, when the test says so.
 * @param {(request: {method: string, address: string, text?: string}) => {status: number, body?: any} | null} answer `null`: none.
 */
function makePage(answer) {
  globalThis.window = new EventTarget();
  const requests = [];
  let held = Promise.resolve();
  let letGo = () => {};
  globalThis.fetch = async (address, { method, body, keepalive }) => {
    const request = { method, address, keepalive, text: body && JSON.parse(body).text };
    requests.push(request);
    await held;
    const given = answer(request);
    if (given === null) throw new TypeError("no answer");
    return { ok: given.status < 400, status: given.status, json: async () => given.body };
  };
  const store = new AnnotationStore();
  const sync = new AnnotationSync(store, "/marks");
  return {
    store,
    sync,
    requests,
    sent: () => requests.filter(({ method }) => method !== "GET").map(({ method, address, text }) => [method, address, text]),
    hold: () => {
      held = new Promise((done) => (letGo = done));
    },
    letGo: () => letGo(),
    leave: () => {
      const asked = new Event("beforeunload", { cancelable: true });
      globalThis.window.dispatchEvent(asked);
      globalThis.window.dispatchEvent(new Event("pagehide"));
      return asked.defaultPrevented;
    },
  };
}

const takesAll = ({ method }) => ({ status: 200, body: method === "GET" ? [] : { updated_at: "t1" } });

test("a page that is left sends all that waits at once, the later version of a mark past the one on its way", async () => {
  const { store, sync, sent, requests, hold, letGo, leave } = makePage(takesAll);
  await sync.flush();
  hold();
  store.put(mark("a", "one"));
  store.put(mark("a", "two"));
  store.put(mark("b"));
  await settled();
  assert.deepEqual(sent(), [["PUT", "/marks/a?seen=nothing", "one"]]);

  assert.equal(leave(), false);

  assert.deepEqual(sent().slice(1), [["PUT", "/marks/a", "two"], ["PUT", "/marks/b?seen=nothing", ""]]);
  assert.ok(requests.every(({ method, keepalive }) => keepalive === (method !== "GET")));
  letGo();
  await settled();
  assert.equal(sent().length, 3);
  assert.equal(sync.state, "saved");
});

test("leaving asks where more waits than a page that is left may send", async () => {
  const { store, sync, hold, leave } = makePage(takesAll);
  await sync.flush();
  hold();

  for (let n = 0; n < 130; n += 1) store.put(mark(`m${n}`, "é".repeat(250)));

  assert.equal(leave(), true);
});

test("what was not fetched is said after something else was saved too, and is fetched with the next attempt", async () => {
  let isUp = false;
  const { store, sync } = makePage((request) => {
    if (request.method !== "GET") return { status: 200, body: { updated_at: "t1" } };
    return isUp ? { status: 200, body: [stored(mark("old"), "t0"), ...(store.get("new") ? [stored(mark("new"), "t1")] : [])] } : null;
  });
  await sync.flush();
  assert.equal(sync.state, "failed");

  store.put(mark("new"));
  await settled();
  assert.equal(sync.state, "failed");
  assert.match(sync.problem, /could not be fetched/);

  isUp = true;
  await sync.flush();
  assert.equal(sync.state, "saved");
  assert.deepEqual(store.all.map(({ id }) => id), ["old", "new"]);
});

test("a mark that is removed before the stored ones are there does not come back with them", async () => {
  const { store, sync, hold, letGo, sent } = makePage(({ method }) =>
    method === "GET" ? { status: 200, body: [stored(mark("a"), "t1")] } : { status: 204 },
  );
  hold();
  const loading = sync.flush();
  store.put(mark("a"));
  store.undo();
  letGo();
  await loading;

  assert.deepEqual(store.all, []);
  assert.deepEqual(sent(), [["DELETE", "/marks/a?seen=t1", undefined]]);
});

test("somebody else's version is shown instead of replaced, and what led to the own one cannot be undone", async () => {
  let theirs = stored(mark("a", ""), "t 0");
  const { store, sync, sent } = makePage(({ method, address }) => {
    if (method === "GET") return { status: 200, body: theirs ? [theirs] : [] };
    return address.endsWith("t%200") ? { status: 409, body: { detail: "changed" } } : { status: 200, body: { updated_at: "t2" } };
  });
  await sync.flush();
  theirs = stored(mark("a", "their words"), "t1");

  store.put({ ...store.get("a"), points: [{ x: 9, y: 9 }, { x: 3, y: 4 }] });
  await settled();
  assert.equal(sync.state, "replaced");
  assert.match(sync.problem, /your change was not kept/);
  assert.equal(store.get("a").text, "their words");
  assert.equal(store.canUndo, false);

  store.put({ ...store.get("a"), points: [{ x: 9, y: 9 }, { x: 3, y: 4 }] });
  await settled();
  assert.equal(sync.state, "saved");
  assert.deepEqual(sent().at(-1), ["PUT", "/marks/a?seen=t1", "their words"]);
});

test("a version whose answer was lost is this page's own: the change after it is saved", async () => {
  const held = [];
  const { store, sync } = makePage(({ method, address, text }) => {
    if (method === "GET") return { status: 200, body: held };
    if (held.length > 0 && !address.endsWith("t1")) return { status: 409, body: { detail: "changed" } };
    const isFirst = held.length === 0;
    held.splice(0, 1, stored(mark("a", text), isFirst ? "t1" : "t2"));
    return isFirst ? null : { status: 200, body: held[0] };
  });
  await sync.flush();
  store.put(mark("a", "one"));
  await settled();
  assert.equal(sync.state, "failed");

  store.put(mark("a", "two"));
  await settled();

  assert.equal(sync.state, "saved");
  assert.equal(held[0].text, "two");
});
