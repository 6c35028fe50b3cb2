// The editor's state: what is filled in, what the server said of it, and everything that can be done to it.
import { type Draft, Drafts } from "./draft.ts";
import { History } from "./history.ts";
import {
  alike,
  type Finding,
  type Fix,
  fitting,
  forServer,
  type Language,
  type Point,
  type Preview,
  type Problem,
  type Revision,
  type Settings,
  type Size,
  type Slot,
  say,
  type Value,
  type Values,
} from "./model.ts";
import { type Asked, csrf, Previews } from "./previews.ts";
import { carried, withFix } from "./text.ts";

const SAVE_MS = 1500;
const AGAIN_MS = 6000;
const READING_MS = 2000;
const MOST_LOOKS = 15;
const NOT_READ = "picture_not_read";

export type Saved = "" | "saving" | "saved_server" | "save_failed";

export class Desk {
  readonly settings: Settings;
  readonly words: Record<string, string>;
  readonly slots: Slot[];
  size: Size;
  language: Language;
  preview: Preview | null = null;
  trouble: "" | "offline" | "failed" = "";
  saved: Saved = "";
  otherTab: "" | "open" | "changed" = "";
  restored = false;
  busy = false;
  uploadError = "";
  /** The day that the calendar was asked for last, and whether it could not be told. */
  day: string;
  dayFailed = false;
  /** What was saved elsewhere since, and stands against what is filled in here. */
  conflict: Revision | null = null;
  /** The poster has been approved: it can only be begun anew. */
  locked = false;
  private readonly history: History<Values>;
  private readonly drafts: Drafts;
  private readonly previews: Previews;
  private readonly changed: (svg: string | null) => void;
  private sent: Values = {};
  /** The values that the poster on the canvas was drawn with. */
  drawn: Values = {};
  private base: number;
  private dirty = false;
  private saveTimer: number | undefined;
  private lookTimer: number | undefined;
  private looks = 0;
  private running: Promise<void> | null = null;
  private readonly local = new Map<string, string>();

  constructor(settings: Settings, changed: (svg: string | null) => void) {
    this.settings = settings;
    this.words = settings.words;
    this.slots = settings.state.slots;
    this.day = settings.today;
    this.changed = changed;
    this.drafts = new Drafts(settings.draft_key);
    const { state } = settings;
    const saved = fitting(state.values, state);
    const kept = this.drafts.read();
    const mine = kept && kept.clean === false ? fitting(kept.values, state) : saved;
    this.restored = !alike(mine, saved);
    const shown = this.restored ? (kept as Partial<Revision>) : state;
    this.base = state.base;
    this.size = state.sizes.find((size) => size.name === shown.size) ?? (state.sizes[0] as Size);
    this.language = state.languages.find((one) => one === shown.language) ?? state.languages[0] ?? "zh";
    this.history = new History(mine);
    if (this.restored && kept?.base !== state.base) this.conflict = { ...state, values: saved };
    this.previews = new Previews(
      settings.preview_url,
      (asked, preview) => this.shown(asked, preview),
      (offline) => {
        this.trouble = offline ? "offline" : "failed";
        this.changed(null);
      },
    );
    this.drafts.onOther = (changed) => {
      if (this.otherTab !== "changed") this.otherTab = changed ? "changed" : "open";
      this.changed(null);
    };
    this.ask();
    if (this.restored) this.later(0);
  }

  close(): void {
    window.clearTimeout(this.lookTimer);
    this.previews.stop();
    this.drafts.close();
  }

  get values(): Values {
    return this.history.present;
  }

  get canUndo(): boolean {
    return this.history.canUndo;
  }

  get canRedo(): boolean {
    return this.history.canRedo;
  }

  slot(name: string | null): Slot | undefined {
    return this.slots.find((slot) => slot.name === name);
  }

  /** What a text slot says now. */
  textOf(slot: Slot, values = this.values): string {
    if (slot.kind !== "text") return "";
    return values[slot.name]?.text ?? slot.example[this.language];
  }

  /** What the list says of a slot. */
  saidIn(slot: Slot): string {
    if (slot.kind === "text") return this.textOf(slot);
    return this.words[this.values[slot.name]?.picture ? "picture_own" : "picture_example"] ?? "";
  }

  /** The findings of one slot, at their place in `typed`, which may be newer than what was checked. */
  findingsIn(slot: Slot, typed: string): Finding[] {
    const found = (this.preview?.findings ?? []).filter((finding) => finding.slot === slot.name);
    return carried(this.textOf(slot, this.sent), typed, found);
  }

  problemsOf(name: string): Problem[] {
    const path = `slots.${name}`;
    return (this.preview?.problems ?? []).filter(
      (problem) => problem.path === path || problem.path.startsWith(`${path}.`),
    );
  }

  /** A problem in the user's words. */
  told(problem: Problem): string {
    const count = /about (\d+)/.exec(problem.message)?.[1] ?? "";
    const known = this.words[`problem_${problem.code}`];
    return known ? say(known, { count }) : say(this.words.problem_other, { message: problem.message });
  }

  put(name: string, value: Value, together = ""): void {
    this.take({ ...this.values, [name]: value }, together && `${together}:${name}`);
  }

  write(slot: Slot, text: string): void {
    if (text !== this.textOf(slot)) this.put(slot.name, { ...this.values[slot.name], text }, "text");
  }

  /** Fill all slots of the calendar with what it says of a day, in one step that can be undone. */
  async fillFrom(day: string): Promise<void> {
    if (!day) return;
    this.day = day;
    this.dayFailed = false;
    try {
      const asked = new URLSearchParams({ day, language: this.language });
      const answer = await fetch(`${this.settings.calendar_url}?${asked}`);
      if (!answer.ok) throw new Error(String(answer.status));
      const { texts } = (await answer.json()) as { texts: Record<string, string> };
      if (day !== this.day) return;
      const filled = Object.entries(texts).map(([name, text]) => [name, { ...this.values[name], text }]);
      const next = { ...this.values, ...Object.fromEntries(filled) };
      if (!alike(next, this.values)) this.take(next, "");
    } catch {
      this.dayFailed = true;
      this.changed(null);
    }
  }

  clear(name: string): void {
    const { [name]: _, ...rest } = this.values;
    this.take(rest, "");
  }

  /** Carry out a fix on the text that it was made for; null when the text has changed under it. */
  fix(slot: Slot, fix: Fix, finding: Finding): { text: string; caret: number } | null {
    const typed = this.textOf(slot);
    const [moved] = carried(this.textOf(slot, this.sent), typed, [{ ...finding }]);
    if (!moved) return null;
    const by = fix.kind === "append" ? [...typed].length - fix.start : moved.start - finding.start;
    const made = withFix(typed, { ...fix, start: fix.start + by, end: fix.end + by });
    this.write(slot, made.text);
    return made;
  }

  undo(): void {
    if (this.history.undo()) this.after();
  }

  redo(): void {
    if (this.history.redo()) this.after();
  }

  chooseSize(size: Size): void {
    this.size = size;
    this.after();
  }

  chooseLanguage(language: Language): void {
    this.language = language;
    this.after();
  }

  /** Take over what another tab has saved. */
  takeOver(): void {
    const kept = this.drafts.read();
    this.otherTab = "open";
    if (!kept) return;
    this.base = kept.base ?? this.base;
    this.take(fitting(kept.values, this.settings.state), "");
  }

  /** Let what is filled in here stand over what was saved elsewhere. */
  keepMine(): void {
    if (!this.conflict) return;
    this.base = this.conflict.base;
    this.conflict = null;
    this.after();
  }

  /** Take what was saved elsewhere; what was filled in here is one undo away. */
  takeTheirs(): void {
    const theirs = this.conflict;
    if (!theirs) return;
    this.conflict = null;
    this.base = theirs.base;
    this.size = this.settings.state.sizes.find((size) => size.name === theirs.size) ?? this.size;
    this.language = theirs.language;
    this.take(fitting(theirs.values, this.settings.state), "");
  }

  /** Save what is not saved yet; whether the server has everything then. */
  async settle(): Promise<boolean> {
    this.drafts.flush();
    await this.save();
    return this.locked || !this.dirty;
  }

  ask(): void {
    this.previews.ask({ size: this.size.name, language: this.language, values: forServer(this.values) });
  }

  /** Where a picture can be had: of this device as long as it is there, else of the server. */
  hrefOf(digest: string): string {
    return this.local.get(digest) ?? this.settings.picture_url.replace("DIGEST", digest);
  }

  async upload(slot: Slot, file: File): Promise<void> {
    this.busy = true;
    this.uploadError = "";
    this.changed(null);
    try {
      const form = new FormData();
      form.append("picture", file);
      const headers = { Accept: "application/json", ...csrf() };
      const answer = await fetch(this.settings.pictures_url, { method: "POST", body: form, headers });
      if (answer.ok) {
        const kept = (await answer.json()) as { picture: string; width_px: number; height_px: number };
        this.local.set(kept.picture, URL.createObjectURL(file));
        this.accept(slot, kept.picture, [kept.width_px, kept.height_px]);
      } else {
        const told = (await answer.json()) as { error?: { code: string } };
        const why = answer.status === 429 ? "busy" : told.error?.code;
        this.uploadError = this.words[`upload_${why}`] ?? this.words.upload_failed ?? "";
      }
    } catch {
      this.uploadError = this.words.upload_failed ?? "";
    }
    this.busy = false;
    this.changed(null);
  }

  private accept(slot: Slot, picture: string, px: Point): void {
    if (slot.kind !== "picture") return;
    const [width, height] = px;
    const [min_width, min_height] = slot.min_px;
    if (width < min_width || height < min_height)
      this.uploadError = say(this.words.picture_small, { width, height, min_width, min_height });
    else this.put(slot.name, { picture, px, focus: slot.crop ? slot.focus : undefined, zoom: 1 } as Value);
  }

  private take(values: Values, key: string): void {
    this.history.take(values, key, performance.now());
    this.after();
  }

  private after(): void {
    this.ask();
    this.restored = false;
    this.dirty = true;
    this.saved = "saving";
    this.drafts.keep(this.draft(false), (kept) => {
      if (!kept) this.saved = "save_failed";
      this.changed(null);
    });
    this.later(SAVE_MS);
    this.changed(null);
  }

  private draft(clean: boolean): Draft {
    return { values: this.values, size: this.size.name, language: this.language, base: this.base, clean };
  }

  private later(pause: number): void {
    this.dirty = true;
    window.clearTimeout(this.saveTimer);
    this.saveTimer = window.setTimeout(() => void this.save(), pause);
  }

  /** One save at a time; what changed meanwhile is saved next. */
  private async save(): Promise<void> {
    window.clearTimeout(this.saveTimer);
    while (this.running) await this.running;
    if (!this.dirty || this.conflict || this.locked) return;
    this.running = this.send().finally(() => {
      this.running = null;
    });
    await this.running;
    this.changed(null);
  }

  private async send(): Promise<void> {
    const [values, size, language] = [this.values, this.size, this.language];
    const body = { size: size.name, language, values: forServer(values), base: this.base };
    try {
      const answer = await fetch(this.settings.save_url, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", ...csrf() },
        body: JSON.stringify(body),
      });
      const told = (await answer.json()) as { base: number; error?: { code: string }; newest?: Revision };
      if (answer.ok) {
        this.base = told.base;
        this.dirty = values !== this.values || size !== this.size || language !== this.language;
        this.saved = "saved_server";
        this.drafts.keep(this.draft(!this.dirty), () => {});
        if (this.dirty) this.later(SAVE_MS);
      } else this.refused(told.error?.code, told.newest);
    } catch {
      this.saved = "save_failed";
      this.later(AGAIN_MS);
    }
  }

  private refused(code: string | undefined, newest: Revision | undefined): void {
    this.saved = "save_failed";
    if (code === "locked") this.locked = true;
    if (code === "too_many_renders") this.later(AGAIN_MS);
    if (code !== "edited_meanwhile" || !newest) return;
    if (alike(fitting(newest.values, this.settings.state), this.values)) {
      this.base = newest.base;
      this.later(0);
    } else this.conflict = newest;
  }

  private shown(asked: Asked, preview: Preview): void {
    this.sent = asked.values as Values;
    if (preview.svg !== null) this.drawn = this.sent;
    this.trouble = "";
    const before = this.preview;
    const same = before && before.width_px === preview.width_px && before.height_px === preview.height_px;
    // While something does not fit, the poster stands as it was last drawn.
    this.preview =
      preview.svg === null && same
        ? { ...preview, svg: null, areas: before.areas, frames: before.frames }
        : preview;
    this.lookAgain(preview);
    this.changed(preview.svg);
  }

  /** A picture is being read, which takes some seconds: see what came of it. */
  private lookAgain(preview: Preview): void {
    window.clearTimeout(this.lookTimer);
    if (!preview.findings.some((finding) => finding.rule === NOT_READ)) this.looks = 0;
    else if (this.looks++ < MOST_LOOKS) this.lookTimer = window.setTimeout(() => this.ask(), READING_MS);
  }
}
