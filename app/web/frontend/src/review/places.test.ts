import assert from "node:assert/strict";
import { test } from "node:test";
import { type Area, nearest } from "./places.ts";

const AREAS: Area[] = [
  { place: "layers.ground", x: 0, y: 0, width: 1000, height: 1000 },
  { place: "slots.words", x: 100, y: 100, width: 400, height: 80 },
  { place: "slots.day", x: 600, y: 600, width: 100, height: 100 },
];

test("a point belongs to the smallest part that holds it", () => {
  assert.equal(nearest(AREAS, 120, 150), "slots.words");
  assert.equal(nearest(AREAS, 650, 650), "slots.day");
  assert.equal(nearest(AREAS, 900, 100), "layers.ground");
});

test("a point beside everything belongs to the whole", () => {
  assert.equal(nearest(AREAS.slice(1), 5, 5), "$");
});
