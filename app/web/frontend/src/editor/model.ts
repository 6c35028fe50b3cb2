// What the page tells the editor, and what the editor keeps.

export type Language = "zh" | "en";
export type Words = { zh: string; en: string };
export type Box = [x: number, y: number, width: number, height: number];
export type Point = [x: number, y: number];
export type Severity = "block" | "review" | "advise";

export interface Size {
  name: string;
  title: Words;
  width_px: number;
  height_px: number;
}

interface AnySlot {
  name: string;
  label: Words;
  hint: Words | null;
  required: boolean;
  must_change: boolean;
  move: Record<string, Box>;
}

export interface TextSlot extends AnySlot {
  kind: "text";
  max_chars: number;
  multiline: boolean;
  example: Words;
  styles: string[];
  calendar: boolean;
}

export interface PictureSlot extends AnySlot {
  kind: "picture";
  example: { url: string; width_px: number; height_px: number };
  focus: Point;
  crop: boolean;
  min_px: Point;
}

export type Slot = TextSlot | PictureSlot;

/** A slot's value; `px` is the picture's size, which the server knows by itself. */
export interface Value {
  text?: string;
  style?: string;
  picture?: string;
  px?: Point;
  focus?: Point;
  zoom?: number;
  offset?: Point;
}

export type Values = Readonly<Record<string, Value>>;

export interface Template {
  slug: string;
  version: string;
  title: Words;
  languages: Language[];
  sizes: Size[];
  slots: Slot[];
  profile: Record<string, string>;
}

/** A revision of the draft, as the server has it; the next save names it by `base`. */
export interface Revision {
  base: number;
  size: string;
  language: Language;
  values: Values;
}

export interface Settings {
  language: Language;
  words: Record<string, string>;
  state: Template & Revision;
  preview_url: string;
  pictures_url: string;
  picture_url: string;
  save_url: string;
  calendar_url: string;
  today: string;
  done_url: string;
  back_url: string;
  draft_key: string;
}

export interface Fix {
  kind: "replace" | "remove" | "append";
  start: number;
  end: number;
  text: string;
}

export interface Finding {
  slot: string | null;
  start: number;
  end: number;
  severity: Severity;
  rule: string;
  text: string;
  message: Words;
  suggestion: Words;
  source: { law: Words; article: Words };
  boxes: Box[];
  fixes: Fix[];
  /** Whether the words were read in a picture. */
  in_picture: boolean;
}

export interface Problem {
  path: string;
  code: string;
  message: string;
}

export interface Preview {
  svg: string | null;
  width_px: number;
  height_px: number;
  areas: Record<string, Box[]>;
  frames: Record<string, Box>;
  findings: Finding[];
  problems: Problem[];
}

/** What the server is sent of the values: its own fields, and nothing for a slot that shows its example. */
export function forServer(values: Values): Record<string, unknown> {
  const sent: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    const { px: _, ...rest } = value;
    if (rest.text !== undefined || rest.picture !== undefined) sent[name] = rest;
  }
  return sent;
}

/** Whether two sets of values say the same to the server. */
export function alike(one: Values, other: Values): boolean {
  const [mine, theirs] = [forServer(one), forServer(other)].map((values) =>
    Object.entries(values)
      .map(([name, value]) => [name, Object.entries(value as object).sort()])
      .sort(),
  );
  return JSON.stringify(mine) === JSON.stringify(theirs);
}

/** The values that fit the template as it is today. */
export function fitting(values: unknown, template: Template): Values {
  const kept: Record<string, Value> = {};
  if (typeof values !== "object" || values === null) return kept;
  for (const slot of template.slots) {
    const value = (values as Record<string, unknown>)[slot.name];
    if (typeof value !== "object" || value === null) continue;
    const has = slot.kind === "text" ? "text" : "picture";
    if (typeof (value as Value)[has] === "string") kept[slot.name] = value as Value;
  }
  return kept;
}

/** `template` with {names} filled in. */
export function say(template: string | undefined, given: Record<string, string | number> = {}): string {
  return (template ?? "").replace(/\{(\w+)\}/g, (whole, name: string) => String(given[name] ?? whole));
}
