// What has been filled in survives a reload on this device; a second tab with the same poster makes itself known.
import type { Language, Values } from "./model.ts";

/** `base` is the revision that it builds on; `clean` says that the server has it. */
export interface Draft {
  values: Values;
  size: string;
  language: Language;
  base: number;
  clean: boolean;
}

const PAUSE_MS = 250;

export class Drafts {
  private readonly key: string;
  private readonly tab = Math.random().toString(36).slice(2);
  private readonly channel: BroadcastChannel | null;
  private timer: number | undefined;
  private waiting: Draft | null = null;
  /** Another tab is there; with `changed` it has saved something since. */
  onOther: (changed: boolean) => void = () => {};

  constructor(key: string) {
    this.key = `editor:${key}`;
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel(this.key) : null;
    this.channel?.addEventListener("message", (event: MessageEvent<{ kind: string; tab: string }>) => {
      if (event.data.tab === this.tab) return;
      if (event.data.kind === "hello") this.tell("here");
      this.onOther(event.data.kind === "saved");
    });
    window.addEventListener("pagehide", this.flush);
    this.tell("hello");
  }

  read(): Partial<Draft> | null {
    try {
      const found: unknown = JSON.parse(localStorage.getItem(this.key) ?? "null");
      return typeof found === "object" ? (found as Partial<Draft> | null) : null;
    } catch {
      return null;
    }
  }

  /** Keep the draft shortly; `done` is told whether this device could keep it. */
  keep(draft: Draft, done: (kept: boolean) => void): void {
    this.waiting = draft;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => done(this.flush()), PAUSE_MS);
  }

  readonly flush = (): boolean => {
    if (this.waiting === null) return true;
    window.clearTimeout(this.timer);
    try {
      localStorage.setItem(this.key, JSON.stringify(this.waiting));
    } catch {
      return false;
    }
    this.waiting = null;
    this.tell("saved");
    return true;
  };

  close(): void {
    this.flush();
    window.removeEventListener("pagehide", this.flush);
    this.channel?.close();
  }

  private tell(kind: string): void {
    this.channel?.postMessage({ kind, tab: this.tab });
  }
}
