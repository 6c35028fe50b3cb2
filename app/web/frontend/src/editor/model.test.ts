import assert from "node:assert/strict";
import { test } from "node:test";
import { fitting, forServer, say, type Template } from "./model.ts";

const template = {
  slots: [
    { name: "a", kind: "text" },
    { name: "b", kind: "picture" },
  ],
} as unknown as Template;

test("a draft is taken as far as it fits today's template", () => {
  const kept = fitting({ a: { text: "x" }, b: { text: "not a picture" }, gone: { text: "y" } }, template);
  assert.deepEqual(kept, { a: { text: "x" } });
  assert.deepEqual(fitting("nonsense", template), {});
  assert.deepEqual(fitting({ a: 7 }, template), {});
});

test("the server is sent its own fields only", () => {
  const sent = forServer({
    a: { text: "" },
    b: { picture: "d", px: [1, 2], zoom: 2 },
    c: { offset: [1, 1] },
  });
  assert.deepEqual(sent, { a: { text: "" }, b: { picture: "d", zoom: 2 } });
});

test("words are filled in", () => {
  assert.equal(say("{used} / {max}", { used: 3, max: 9 }), "3 / 9");
  assert.equal(say("{unknown}", {}), "{unknown}");
});
