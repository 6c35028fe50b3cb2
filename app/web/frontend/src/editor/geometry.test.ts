import assert from "node:assert/strict";
import { test } from "node:test";
import { coverOf, draggedFocus, MAX_ZOOM, movedWithin, zoomed } from "./geometry.ts";

test("a picture covers its box, with the focus in view", () => {
  assert.deepEqual(coverOf([800, 800], [400, 200], [0.5, 0.5], 1), [0, 200, 800, 400]);
  assert.deepEqual(coverOf([800, 800], [400, 400], [0.5, 0.25], 2), [200, 0, 400, 400]);
  assert.deepEqual(coverOf([800, 800], [400, 400], [1, 1], 2), [400, 400, 400, 400]);
});

test("dragging moves the picture with the finger and stops at its edge", () => {
  assert.deepEqual(draggedFocus([800, 800], [400, 400], [0.5, 0.5], 2, [100, 0]), [0.375, 0.5]);
  assert.deepEqual(draggedFocus([800, 800], [400, 400], [0.5, 0.5], 2, [9999, 0]), [0.25, 0.5]);
});

test("zoom has limits", () => {
  assert.equal(zoomed(1, 0.2), 1);
  assert.equal(zoomed(3, 5), MAX_ZOOM);
});

test("what is moved stays in its bounds and snaps to where it came from, to middles and to edges", () => {
  const home: [number, number, number, number] = [100, 100, 100, 50];
  const bounds: [number, number, number, number] = [0, 0, 1000, 500];
  const free = movedWithin(home, bounds, [57, 33], 5);
  assert.deepEqual(free, { offset: [57, 33], guides: { x: null, y: null } });
  assert.deepEqual(movedWithin(home, bounds, [-500, 9999], 0).offset, [-100, 350]);
  assert.deepEqual(movedWithin(home, bounds, [3, -4], 5).offset, [0, 0]);
  const middle = movedWithin(home, bounds, [347, 200], 5);
  assert.deepEqual(middle.offset, [350, 200]);
  assert.equal(middle.guides.x, 500);
  const beside = movedWithin(home, bounds, [203, 60], 5, [[320, 400, 60, 60]]);
  assert.deepEqual(beside.offset, [200, 60]);
  assert.equal(beside.guides.x, 350);
});
