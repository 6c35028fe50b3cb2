// Moving a slot on the canvas: it follows the pointer, snaps, and is laid out anew when it is let go.
import type { Canvas } from "./canvas.ts";
import type { Desk } from "./desk.ts";
import { movedWithin } from "./geometry.ts";
import type { Box, Point, Slot, Value } from "./model.ts";

const THRESHOLD_PX = 6;
const REACH = 14;

export class Dragging {
  guides: { x: number | null; y: number | null } = { x: null, y: null };
  shift: { slot: string; by: Point } | null = null;
  private readonly changed: () => void;
  private shifted: [SVGGElement, string | null][] = [];
  private movedAt = Number.NEGATIVE_INFINITY;

  constructor(changed: () => void) {
    this.changed = changed;
  }

  /** Whether the click that comes now only ends a drag. */
  justMoved(): boolean {
    return performance.now() - this.movedAt < 300;
  }

  start(event: PointerEvent, desk: Desk, slot: Slot, canvas: Canvas): void {
    const overlay = event.currentTarget as SVGSVGElement;
    if (!(desk.size.name in slot.move) || !event.isPrimary) return;
    const ratio = (desk.preview?.width_px ?? 1) / overlay.clientWidth;
    const from: Point = [event.clientX, event.clientY];
    const before = offsetOf(desk, slot);
    let after: Point | null = null;
    this.shifted = canvas.groups(slot.name).map((group) => [group, group.getAttribute("transform")]);
    overlay.setPointerCapture(event.pointerId);
    const move = (now: PointerEvent): void => {
      const by: Point = [now.clientX - from[0], now.clientY - from[1]];
      if (after === null && Math.hypot(...by) < THRESHOLD_PX) return;
      const moved = this.within(desk, slot, [before[0] + by[0] * ratio, before[1] + by[1] * ratio], REACH);
      if (!moved) return;
      after = moved.offset;
      this.guides = moved.guides;
      this.shift = { slot: slot.name, by: [after[0] - before[0], after[1] - before[1]] };
      for (const [group, own] of this.shifted)
        group.setAttribute("transform", `translate(${this.shift.by.join(" ")}) ${own ?? ""}`);
      this.changed();
    };
    const end = (): void => {
      overlay.removeEventListener("pointermove", move);
      for (const kind of ["pointerup", "pointercancel"]) overlay.removeEventListener(kind, end);
      this.guides = { x: null, y: null };
      if (after) {
        this.movedAt = performance.now();
        put(desk, slot, after, "");
      }
      this.changed();
    };
    overlay.addEventListener("pointermove", move);
    for (const kind of ["pointerup", "pointercancel"]) overlay.addEventListener(kind, end);
  }

  /** Move by some pixels of the poster, without snapping. */
  nudge(desk: Desk, slot: Slot, by: Point): void {
    const now = offsetOf(desk, slot);
    const moved = this.within(desk, slot, [now[0] + by[0], now[1] + by[1]], 0);
    if (moved) put(desk, slot, moved.offset, "move");
  }

  home(desk: Desk, slot: Slot): void {
    put(desk, slot, [0, 0], "");
  }

  /** The groups stand again where the server has put them. */
  restore(): void {
    for (const [group, own] of this.shifted)
      if (own === null) group.removeAttribute("transform");
      else group.setAttribute("transform", own);
    this.shifted = [];
    this.shift = null;
  }

  private within(
    desk: Desk,
    slot: Slot,
    wanted: Point,
    reach: number,
  ): ReturnType<typeof movedWithin> | null {
    const frame = desk.preview?.frames[slot.name];
    const bounds = slot.move[desk.size.name];
    if (!frame || !bounds) return null;
    const now = desk.drawn[slot.name]?.offset ?? [0, 0];
    const home: Box = [frame[0] - now[0], frame[1] - now[1], frame[2], frame[3]];
    const others = Object.entries(desk.preview?.areas ?? {})
      .filter(([name]) => name !== slot.name)
      .flatMap(([, boxes]) => boxes);
    return movedWithin(home, bounds, wanted, reach, others);
  }
}

function offsetOf(desk: Desk, slot: Slot): Point {
  return desk.values[slot.name]?.offset ?? [0, 0];
}

function put(desk: Desk, slot: Slot, offset: Point, together: string): void {
  const value: Value = { ...desk.values[slot.name], offset };
  if (slot.kind === "text" && value.text === undefined) value.text = desk.textOf(slot);
  desk.put(slot.name, value, together);
}
