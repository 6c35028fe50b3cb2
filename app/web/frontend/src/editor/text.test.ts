import assert from "node:assert/strict";
import { test } from "node:test";
import type { Finding, Fix } from "./model.ts";
import { asTyped, cards, carried, countOf, stretches, unitOffset, withFix } from "./text.ts";

function finding(start: number, end: number, severity: Finding["severity"], fixes: Fix[] = []): Finding {
  const words = { zh: "", en: "" };
  const source = { law: words, article: { zh: "", en: "" } };
  return {
    slot: "a",
    start,
    end,
    severity,
    rule: `r${start}`,
    text: "",
    message: words,
    suggestion: words,
    source,
    boxes: [],
    in_picture: false,
    fixes,
  };
}

test("characters count once, also those of two units", () => {
  assert.equal(countOf("𠮷利A"), 3);
  assert.equal(unitOffset("𠮷利A", 1), 2);
  assert.equal(unitOffset("𠮷利A", 9), 4);
});

test("a fix replaces by code points and leaves the caret behind it", () => {
  const fix: Fix = { kind: "replace", start: 1, end: 3, text: "稳健" };
  assert.deepEqual(withFix("𠮷保本好", fix), { text: "𠮷稳健好", caret: 4 });
});

test("what is pasted into a single line has no line breaks", () => {
  assert.equal(asTyped("一\r\n 二", false), "一 二");
  assert.equal(asTyped("一\r\n二", true), "一\n二");
});

test("spans follow what is typed before them, stay before it, and go when they are changed", () => {
  const spans = [{ start: 2, end: 4 }];
  assert.deepEqual(carried("稳健保本", "很稳健保本", spans), [{ start: 3, end: 5 }]);
  assert.deepEqual(carried("稳健保本", "稳健保本啊", spans), spans);
  assert.deepEqual(carried("稳健保本", "稳健保x本", spans), []);
  assert.deepEqual(carried("稳健保本", "稳健", spans), []);
  assert.deepEqual(carried("同", "同", [{ start: 0, end: 1 }]), [{ start: 0, end: 1 }]);
});

test("the gravest finding colours a stretch", () => {
  const parts = stretches("甲乙丙丁", [
    { start: 0, end: 3, severity: "advise" },
    { start: 1, end: 2, severity: "block" },
  ]);
  assert.deepEqual(
    parts.map((part) => [part.text, part.severity]),
    [
      ["甲", "advise"],
      ["乙", "block"],
      ["丙", "advise"],
      ["丁", null],
    ],
  );
});

test("findings over each other are one card with the widest fix of each kind", () => {
  const wide: Fix = { kind: "remove", start: 0, end: 4, text: "" };
  const narrow: Fix = { kind: "remove", start: 2, end: 4, text: "" };
  const made = cards([
    finding(6, 8, "block"),
    finding(2, 4, "block", [narrow]),
    finding(0, 4, "review", [wide]),
  ]);
  assert.equal(made.length, 2);
  const card = made.find((one) => one.start === 0);
  assert.equal(card?.severity, "block");
  assert.deepEqual(card?.fixes, [wide]);
});
