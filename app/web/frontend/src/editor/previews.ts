// Previews from the server: asked for at once, while one is on its way shortly after the last change, and only the
// newest answer counts.
import type { Preview } from "./model.ts";

const PAUSE_MS = 40;
const AGAIN_MS = 2500;

export interface Asked {
  size: string;
  language: string;
  values: Record<string, unknown>;
}

export class Previews {
  private timer: number | undefined;
  private running: AbortController | null = null;
  private readonly url: string;
  private readonly shown: (asked: Asked, preview: Preview) => void;
  private readonly failed: (offline: boolean) => void;

  constructor(
    url: string,
    shown: (asked: Asked, preview: Preview) => void,
    failed: (offline: boolean) => void,
  ) {
    this.url = url;
    this.shown = shown;
    this.failed = failed;
  }

  /** Ask at once, or shortly where a question is still open; that one is then given up. */
  ask(asked: Asked): void {
    window.clearTimeout(this.timer);
    if (this.running === null) void this.send(asked);
    else this.timer = window.setTimeout(() => void this.send(asked), PAUSE_MS);
  }

  stop(): void {
    window.clearTimeout(this.timer);
    this.running?.abort();
    this.running = null;
  }

  private async send(asked: Asked): Promise<void> {
    this.running?.abort();
    const mine = new AbortController();
    this.running = mine;
    try {
      const answer = await fetch(this.url, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", ...csrf() },
        body: JSON.stringify(asked),
        signal: mine.signal,
      });
      if (answer.status === 429) {
        // Too many questions at once: this one is asked again, unless a newer one has been asked by then.
        if (this.running !== mine) return;
        this.running = null;
        const pause = 1000 * Number(answer.headers.get("Retry-After") ?? 1);
        this.timer = window.setTimeout(() => void this.send(asked), pause);
        return;
      }
      if (!answer.ok) throw new Refused();
      const preview = (await answer.json()) as Preview;
      if (this.running !== mine) return;
      this.running = null;
      this.shown(asked, preview);
    } catch (error) {
      if (this.running !== mine) return;
      this.running = null;
      const offline = !(error instanceof Refused);
      this.failed(offline);
      if (offline) this.timer = window.setTimeout(() => void this.send(asked), AGAIN_MS);
    }
  }
}

class Refused extends Error {}

/** The header that proves that a request comes from our own page. */
export function csrf(): Record<string, string> {
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
  return token ? { "X-CSRFToken": token } : {};
}
