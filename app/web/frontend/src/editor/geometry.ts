// Cropping and moving, in pixels of the poster; the same sums as the server's.
import type { Box, Point } from "./model.ts";

export const MAX_ZOOM = 4;

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high));
}

/** The part of a picture that fills a box, with the focus as near to its middle as the edges allow. */
export function coverOf(picture: Point, box: Point, focus: Point, zoom: number): Box {
  const scale = Math.max(box[0] / picture[0], box[1] / picture[1]) * zoom;
  const width = box[0] / scale;
  const height = box[1] / scale;
  return [
    clamp(focus[0] * picture[0] - width / 2, 0, picture[0] - width),
    clamp(focus[1] * picture[1] - height / 2, 0, picture[1] - height),
    width,
    height,
  ];
}

/** The focus after the picture was dragged by some pixels of the box it is shown in. */
export function draggedFocus(picture: Point, box: Point, focus: Point, zoom: number, by: Point): Point {
  const [left, top, width, height] = coverOf(picture, box, focus, zoom);
  const x = clamp(left - (by[0] * width) / box[0], 0, picture[0] - width);
  const y = clamp(top - (by[1] * height) / box[1], 0, picture[1] - height);
  return [rounded((x + width / 2) / picture[0]), rounded((y + height / 2) / picture[1])];
}

/** The zoom, within its limits. */
export function zoomed(zoom: number, factor: number): number {
  return Math.round(clamp(zoom * factor, 1, MAX_ZOOM) * 1000) / 1000;
}

function rounded(value: number): number {
  return Math.round(clamp(value, 0, 1) * 10000) / 10000;
}

export interface Moved {
  offset: Point;
  guides: { x: number | null; y: number | null };
}

/**
 * The offset nearest to `wanted` that keeps `home` (the frame without an offset) within `bounds`. Within `reach` it
 * snaps to where the frame came from, to the edges and the middle of the bounds, and to the middles of `others`.
 */
export function movedWithin(
  home: Box,
  bounds: Box,
  wanted: Point,
  reach: number,
  others: readonly Box[] = [],
): Moved {
  const x = alongOne(home, bounds, wanted[0], reach, others, 0);
  const y = alongOne(home, bounds, wanted[1], reach, others, 1);
  return { offset: [x.offset, y.offset], guides: { x: x.guide, y: y.guide } };
}

function alongOne(
  home: Box,
  bounds: Box,
  wanted: number,
  reach: number,
  others: readonly Box[],
  axis: 0 | 1,
): { offset: number; guide: number | null } {
  const start = home[axis];
  const length = axis === 0 ? home[2] : home[3];
  const room = axis === 0 ? bounds[2] : bounds[3];
  const low = bounds[axis] - start;
  const high = low + room - length;
  const stops: [offset: number, guide: number][] = [
    [0, start + length / 2],
    [low, bounds[axis]],
    [high, bounds[axis] + room],
    [(low + high) / 2, bounds[axis] + room / 2],
  ];
  for (const other of others) {
    const middle = other[axis] + (axis === 0 ? other[2] : other[3]) / 2;
    stops.push([middle - start - length / 2, middle]);
  }
  const free = clamp(wanted, low, high);
  let best: [number, number] | null = null;
  for (const stop of stops) {
    const distance = Math.abs(stop[0] - free);
    const allowed = stop[0] >= low && stop[0] <= high && distance <= reach;
    if (allowed && (best === null || distance < Math.abs(best[0] - free))) best = stop;
  }
  const offset = Math.round((best ? best[0] : free) * 100) / 100;
  return { offset, guide: best ? best[1] : null };
}
