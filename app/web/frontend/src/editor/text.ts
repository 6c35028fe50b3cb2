// Texts counted in code points, as the server counts them, while the browser counts UTF-16 units.
import type { Finding, Fix, Severity } from "./model.ts";

/** How many code points. */
export function countOf(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** The UTF-16 offset of a code point. */
export function unitOffset(text: string, codePoint: number): number {
  let units = 0;
  let seen = 0;
  for (const character of text) {
    if (seen === codePoint) break;
    units += character.length;
    seen++;
  }
  return units;
}

/** The text with a fix carried out, and the UTF-16 offset behind what was written. */
export function withFix(text: string, fix: Fix): { text: string; caret: number } {
  const start = unitOffset(text, fix.start);
  const end = unitOffset(text, fix.end);
  return { text: text.slice(0, start) + fix.text + text.slice(end), caret: start + fix.text.length };
}

/** A single line has no line breaks: what is pasted is joined. */
export function asTyped(text: string, multiline: boolean): string {
  return multiline ? text.replace(/\r\n?/g, "\n") : text.replace(/\s*[\r\n]+\s*/g, " ");
}

export interface Span {
  start: number;
  end: number;
  severity: Severity;
}

/** Spans that were found in `before`, carried over to `after`; one in which something was changed is gone. */
export function carried<T extends { start: number; end: number }>(
  before: string,
  after: string,
  spans: readonly T[],
): T[] {
  if (before === after) return [...spans];
  const old = [...before];
  const now = [...after];
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  while (
    tail < old.length - head &&
    tail < now.length - head &&
    old[old.length - 1 - tail] === now[now.length - 1 - tail]
  )
    tail++;
  const shift = now.length - old.length;
  const kept: T[] = [];
  for (const span of spans) {
    if (span.end <= head) kept.push(span);
    else if (span.start >= old.length - tail)
      kept.push({ ...span, start: span.start + shift, end: span.end + shift });
  }
  return kept;
}

const RANK: Record<Severity, number> = { block: 0, review: 1, advise: 2 };

/** The stretches of a text between the borders of its spans, each with the gravest severity that covers it. */
export function stretches(
  text: string,
  spans: readonly Span[],
): { text: string; severity: Severity | null }[] {
  const characters = [...text];
  const worst: (Severity | null)[] = characters.map(() => null);
  for (const span of spans)
    for (let at = Math.max(0, span.start); at < Math.min(span.end, characters.length); at++) {
      const now = worst[at];
      if (now == null || RANK[span.severity] < RANK[now]) worst[at] = span.severity;
    }
  const found: { text: string; severity: Severity | null }[] = [];
  characters.forEach((character, at) => {
    const last = found[found.length - 1];
    const severity = worst[at] ?? null;
    if (last && last.severity === severity) last.text += character;
    else found.push({ text: character, severity });
  });
  return found;
}

export interface Card {
  slot: string | null;
  start: number;
  end: number;
  severity: Severity;
  findings: Finding[];
  fixes: Fix[];
}

/** Findings that lie over each other become one card: the gravest first, each way out offered once. */
export function cards(findings: readonly Finding[]): Card[] {
  const made: Card[] = [];
  const sorted = [...findings].sort((a, b) => a.start - b.start || b.end - a.end);
  for (const finding of sorted) {
    const card = finding.slot
      ? made.find((one) => one.slot === finding.slot && finding.start < one.end && finding.end > one.start)
      : undefined;
    if (card) {
      card.findings.push(finding);
      card.end = Math.max(card.end, finding.end);
    } else {
      const { slot, start, end, severity } = finding;
      made.push({ slot, start, end, severity, findings: [finding], fixes: [] });
    }
  }
  for (const card of made) {
    card.findings.sort((a, b) => RANK[a.severity] - RANK[b.severity] || b.end - b.start - (a.end - a.start));
    card.severity = card.findings[0]?.severity ?? "advise";
    card.fixes = fixesOf(card.findings);
  }
  return made.sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}

/** Each kind of fix once, the widest: a half of what was found would be found again. */
function fixesOf(findings: readonly Finding[]): Fix[] {
  const found: Fix[] = [];
  for (const kind of ["replace", "append", "remove"] as const) {
    const fixes = findings.flatMap((finding) => finding.fixes.filter((fix) => fix.kind === kind));
    const widest = fixes.sort((a, b) => b.end - b.start - (a.end - a.start))[0];
    if (widest) found.push(widest);
  }
  return found;
}
