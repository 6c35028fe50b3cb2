// The sheet for one text: a real textarea over a mirror of itself that shows where the findings are.
import { html, nothing, type TemplateResult } from "lit";
import { type Finding, type Fix, type Language, say, type TextSlot } from "./model.ts";
import { type Card, countOf, type Span, stretches } from "./text.ts";

export interface TextPanel {
  slot: TextSlot;
  typed: string;
  style: string | undefined;
  spans: Span[];
  language: Language;
  words: Record<string, string>;
  onInput: (event: InputEvent) => void;
  onComposition: (running: boolean, event: CompositionEvent) => void;
  onStyle: (style: string | undefined) => void;
  onDone: () => void;
  /** For a slot that the calendar fills: the day asked for last, and what is done with another one. */
  calendar: { day: string; failed: boolean; onDay: (day: string) => void } | null;
}

export function textPanel(panel: TextPanel): TemplateResult {
  const { slot, typed, words } = panel;
  const used = countOf(typed);
  const over = used - slot.max_chars;
  return html`
    <div class="writing">
      <div class="mirror" aria-hidden="true">${mirrored(typed, panel.spans)}</div>
      <textarea
        id="slot-text"
        rows="1"
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        enterkeyhint=${slot.multiline ? "enter" : "done"}
        aria-label=${slot.label[panel.language]}
        aria-describedby="slot-count slot-hint"
        aria-invalid=${over > 0 || panel.spans.some((span) => span.severity === "block") ? "true" : "false"}
        @input=${panel.onInput}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key !== "Enter" || event.isComposing || slot.multiline) return;
          event.preventDefault();
          panel.onDone();
        }}
        @compositionstart=${(event: CompositionEvent) => panel.onComposition(true, event)}
        @compositionend=${(event: CompositionEvent) => panel.onComposition(false, event)}
      ></textarea>
    </div>
    <div class="under-text">
      <span id="slot-hint" class="hint">${slot.hint ? slot.hint[panel.language] : nothing}</span>
      <span id="slot-count" class=${over > 0 ? "count over" : "count"}
        >${over > 0 ? say(words.count_over, { over }) : say(words.count, { used, max: slot.max_chars })}</span
      >
    </div>
    ${panel.calendar ? calendarChoice(panel, panel.calendar) : nothing}
    ${slot.styles.length ? styleChoice(panel) : nothing}
  `;
}

function calendarChoice({ words }: TextPanel, calendar: NonNullable<TextPanel["calendar"]>): TemplateResult {
  return html`<div class="calendar">
    <label for="slot-day">${words.calendar}</label>
    <input
      id="slot-day"
      type="date"
      min="1901-01-01"
      max="2100-12-31"
      .value=${calendar.day}
      aria-describedby="slot-day-hint"
      @change=${(event: Event) => calendar.onDay((event.target as HTMLInputElement).value)}
    />
    <p id="slot-day-hint" class="hint">${words.calendar_hint}</p>
    ${calendar.failed ? html`<p class="problem" role="alert">${words.calendar_failed}</p>` : nothing}
  </div>`;
}

function mirrored(typed: string, spans: Span[]): unknown {
  // A text that ends in a line break needs something behind it to be as high as the textarea.
  return [
    ...stretches(typed, spans).map((part) =>
      part.severity ? html`<mark class=${part.severity}>${part.text}</mark>` : part.text,
    ),
    "\u200b",
  ];
}

function styleChoice(panel: TextPanel): TemplateResult {
  const { slot, words } = panel;
  const choices = [undefined, ...slot.styles];
  return html`<fieldset class="styles">
    <legend>${words.style}</legend>
    ${choices.map(
      (style, number) => html`<button
        type="button"
        aria-pressed=${panel.style === style ? "true" : "false"}
        @click=${() => panel.onStyle(style)}
      >
        ${number === 0 ? words.style_default : say(words.style_number, { number })}
      </button>`,
    )}
  </fieldset>`;
}

export interface CardList {
  cards: Card[];
  language: Language;
  words: Record<string, string>;
  labelOf: (slot: string | null) => string | null;
  onFix: (card: Card, fix: Fix) => void;
  onOpen: ((slot: string) => void) | null;
}

/** Findings, each with its reason, what to write instead, and where the rule comes from. */
export function cardList(list: CardList): TemplateResult {
  return html`<ul class="cards">
    ${list.cards.map((card) => cardOf(card, list))}
  </ul>`;
}

function cardOf(card: Card, list: CardList): TemplateResult {
  const { language, words } = list;
  const first =
    card.findings.find((one) => card.fixes[0] && one.fixes.includes(card.fixes[0])) ?? card.findings[0];
  const quote = widest(card.findings).text.replace(/\n/g, "");
  const inPicture = card.findings.some((one) => one.in_picture);
  const label = inPicture && !card.slot ? (words.photo ?? "") : list.labelOf(card.slot);
  const { onOpen } = list;
  const messages = unique(card.findings.map((one) => one.message[language]));
  const sources = unique(card.findings.map((one) => sourceOf(one, language)));
  return html`<li class="card-finding ${card.severity}">
    <p class="card-head">
      ${icon(card.severity)}<strong>${words[`severity_${card.severity}`]}</strong>
      ${
        label === null
          ? nothing
          : card.slot && onOpen
            ? html`<button type="button" class="where" @click=${() => onOpen(card.slot as string)}>${label}</button>`
            : html`<span class="where">${label}</span>`
      }
    </p>
    ${quote && inPicture ? html`<p class="hint">${words.read_in_picture}</p>` : nothing}
    ${quote ? html`<p class="quote">“${quote}”</p>` : nothing}
    ${messages.slice(0, 2).map((message) => html`<p class="reason">${message}</p>`)}
    <p class="advice">${first?.suggestion[language]}</p>
    ${
      card.fixes.length
        ? html`<p class="fixes">
            ${card.fixes.map(
              (
                fix,
              ) => html`<button type="button" class="fix ${fix.kind}" @click=${() => list.onFix(card, fix)}>
                ${say(words[`fix_${fix.kind}`], { text: fix.text.replace(/^[，.\s]+/, "") })}
              </button>`,
            )}
          </p>`
        : nothing
    }
    <p class="source">${sources.slice(0, 3).join(language === "zh" ? "；" : "; ")}</p>
  </li>`;
}

function widest(findings: Finding[]): Finding {
  return findings.reduce((most, one) => (one.end - one.start > most.end - most.start ? one : most));
}

/** The law and its article; what is only practice has none. */
function sourceOf({ source }: Finding, language: Language): string {
  return `${source.law[language]} ${source.article[language]}`.trim();
}

function unique(texts: string[]): string[] {
  return [...new Set(texts)];
}

const PATHS: Record<string, string> = {
  block: "M8 1.5 14.5 8 8 14.5 1.5 8ZM8 5v3.5M8 10.8v.2",
  review: "M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM8 4.5V8l2.5 1.8",
  advise: "M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM8 7.2v4M8 4.8v.2",
  pass: "M2.5 8.5 6.3 12 13.5 4",
  undo: "M6 3 2.5 6.5 6 10M3 6.5h6a4 4 0 0 1 0 8H7",
  redo: "M10 3l3.5 3.5L10 10M13 6.5H7a4 4 0 0 0 0 8h2",
  back: "M10 2.5 4.5 8l5.5 5.5",
  close: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  next: "M6 2.5 11.5 8 6 13.5",
  text: "M3 3.5h10M8 3.5v9.5",
  picture: "M2 3h12v10H2ZM2 11l4-4 3 3 2-2 3 3M10.5 6v.2",
};

export function icon(name: string): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${PATHS[name] ?? ""} /></svg>`;
}
