// Undo and redo over immutable values; what is typed in one go into one slot is one step.

const TOGETHER_MS = 900;
const KEPT = 200;

export class History<T> {
  private past: T[] = [];
  private future: T[] = [];
  private last = { key: "", at: Number.NEGATIVE_INFINITY };
  present: T;

  constructor(present: T) {
    this.present = present;
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** Take a new state; with the same non-empty key shortly after the last one it joins that step. */
  take(next: T, key: string, now: number): void {
    const joins = key !== "" && key === this.last.key && now - this.last.at < TOGETHER_MS;
    if (!joins) this.past.push(this.present);
    if (this.past.length > KEPT) this.past.shift();
    this.present = next;
    this.future = [];
    this.last = { key, at: now };
  }

  undo(): boolean {
    const before = this.past.pop();
    if (before === undefined) return false;
    this.future.push(this.present);
    this.present = before;
    this.last = { key: "", at: Number.NEGATIVE_INFINITY };
    return true;
  }

  redo(): boolean {
    const after = this.future.pop();
    if (after === undefined) return false;
    this.past.push(this.present);
    this.present = after;
    this.last = { key: "", at: Number.NEGATIVE_INFINITY };
    return true;
  }
}
