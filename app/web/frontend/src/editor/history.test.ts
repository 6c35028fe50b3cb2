import assert from "node:assert/strict";
import { test } from "node:test";
import { History } from "./history.ts";

test("what is typed in one go is one step; a pause or another slot begins a new one", () => {
  const history = new History("");
  history.take("a", "text:x", 0);
  history.take("ab", "text:x", 300);
  history.take("ab c", "text:x", 2000);
  history.take("other", "text:y", 2100);
  const seen = [];
  while (history.undo()) seen.push(history.present);
  assert.deepEqual(seen, ["ab c", "ab", ""]);
});

test("redo goes forward again until something new is done", () => {
  const history = new History(0);
  history.take(1, "", 0);
  history.take(2, "", 0);
  assert.ok(history.undo() && history.undo());
  assert.equal(history.undo(), false);
  assert.ok(history.redo());
  assert.equal(history.present, 1);
  history.take(9, "", 0);
  assert.equal(history.canRedo, false);
});

test("after undo the next letter is a step of its own", () => {
  const history = new History("");
  history.take("a", "text:x", 0);
  history.undo();
  history.take("b", "text:x", 1);
  assert.ok(history.undo());
  assert.equal(history.present, "");
});
