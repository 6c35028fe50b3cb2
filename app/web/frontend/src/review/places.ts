// Which part of a poster a point belongs to.

export interface Area {
  place: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The smallest area that holds the point; "$", the whole, where none does. */
export function nearest(areas: readonly Area[], x: number, y: number): string {
  const holding = areas.filter(
    (one) => x >= one.x && x <= one.x + one.width && y >= one.y && y <= one.y + one.height,
  );
  holding.sort((one, other) => one.width * one.height - other.width * other.height);
  return holding[0]?.place ?? "$";
}
