import assert from "node:assert/strict";
import { test } from "node:test";
import { lineAt } from "./lines.ts";

test("a line is found from its number", () => {
  const text = "id: a\nkind: term\n\nend";
  assert.deepEqual(lineAt(text, 1), [0, 5]);
  assert.deepEqual(lineAt(text, 2), [6, 16]);
  assert.deepEqual(lineAt(text, 3), [17, 17]);
  assert.deepEqual(lineAt(text, 4), [18, 21]);
});

test("beyond the end stands the last line", () => {
  assert.deepEqual(lineAt("a\nb", 9), [2, 3]);
});
