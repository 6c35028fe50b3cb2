// <poster-editor>: the poster on its stage, the list of what is open, and the sheet in which one of it is edited.
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { Canvas } from "./canvas.ts";
import { conflictPanel } from "./conflict.ts";
import { picturePanel } from "./crop.ts";
import { Desk } from "./desk.ts";
import { Dragging } from "./dragging.ts";
import { type Finding, type Fix, type PictureSlot, type Settings, type Slot, say } from "./model.ts";
import { overlay } from "./overlay.ts";
import { cardList, icon, textPanel } from "./panel.ts";
import { asTyped, type Card, cards } from "./text.ts";

const MARGIN = 24;
const WIDE = window.matchMedia("(min-width: 64rem)");

export class PosterEditor extends LitElement {
  private desk!: Desk;
  private readonly canvas = new Canvas();
  private readonly dragging = new Dragging(() => this.requestUpdate());
  private chosen: string | null = null;
  private pointed: string | null = null;
  private showsFindings = false;
  private composing = false;
  private typed = "";
  private wantsFocus = false;
  private room: [number, number] | null = null;
  private readonly resized = new ResizeObserver(([stage]) => {
    if (stage) this.room = [stage.contentRect.width, stage.contentRect.height];
    this.fit();
    if (this.chosen) this.reveal();
  });

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    const given = document.getElementById("editor-settings")?.textContent ?? "{}";
    this.replaceChildren();
    this.desk = new Desk(JSON.parse(given) as Settings, (svg) => {
      if (svg !== null) {
        this.dragging.restore();
        this.canvas.show(svg);
      }
      this.requestUpdate();
    });
    super.connectedCallback();
    document.addEventListener("keydown", this.shortcut);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.shortcut);
    this.resized.disconnect();
    this.desk.close();
  }

  protected override firstUpdated(): void {
    this.querySelector(".paper")?.prepend(this.canvas.root);
    const stage = this.querySelector(".stage");
    if (stage) this.resized.observe(stage);
  }

  protected override updated(): void {
    const area = this.querySelector<HTMLTextAreaElement>("#slot-text");
    const slot = this.desk.slot(this.chosen);
    if (area && slot && !this.composing && area.value !== this.desk.textOf(slot)) {
      area.value = this.desk.textOf(slot);
      this.typed = area.value;
      this.requestUpdate();
    }
    if (this.desk.conflict && !this.querySelector(".conflict :focus"))
      this.querySelector<HTMLElement>(".conflict .primary")?.focus();
    if (this.wantsFocus) {
      this.wantsFocus = false;
      const target = area ?? this.querySelector<HTMLElement>(".sheet input, .sheet button");
      target?.focus({ preventScroll: true });
      area?.setSelectionRange(area.value.length, area.value.length);
    }
    this.fit();
  }

  protected override render(): TemplateResult {
    const { desk } = this;
    const slot = desk.slot(this.chosen);
    const state = slot ? "editing" : this.showsFindings ? "reading" : "looking";
    return html`<div class="editor ${state}">
      ${this.bar()} ${this.list()}
      <main class="stage" tabindex="0" aria-label=${desk.words.canvas ?? ""}>
        ${this.notice()}
        <div class="paper ${desk.preview ? "" : "waiting"}">${this.over()}</div>
      </main>
      <section class="sheet" aria-label=${slot ? slot.label[desk.settings.language] : (desk.words.findings ?? "")}>
        ${slot ? this.editing(slot) : this.overview()}
      </section>
      ${desk.conflict ? conflictPanel(desk, desk.conflict) : nothing}
    </div>`;
  }

  private bar(): TemplateResult {
    const { desk } = this;
    const { words, settings } = desk;
    const { sizes, languages, title } = settings.state;
    const tab = (label: string, on: boolean, act: () => void) =>
      html`<button type="button" aria-pressed=${on ? "true" : "false"} @click=${act}>${label}</button>`;
    return html`<header class="bar">
      <a class="tool" href=${settings.back_url} aria-label=${words.back ?? ""} @click=${(event: Event) => this.leave(event, false)}>${icon("back")}</a>
      <h1>${title[settings.language]} <small role="status">${words[desk.saved || "autosave"]}</small></h1>
      <div class="tabs">
        ${
          sizes.length > 1
            ? html`<div role="group" aria-label=${words.sizes ?? ""}>
              ${sizes.map((size) => tab(size.title[settings.language], size === desk.size, () => desk.chooseSize(size)))}
            </div>`
            : nothing
        }
        ${
          languages.length > 1
            ? html`<div role="group" aria-label=${words.languages ?? ""}>
              ${languages.map((one) => tab(words[`lang_${one}`] ?? one, one === desk.language, () => desk.chooseLanguage(one)))}
            </div>`
            : nothing
        }
      </div>
      <div class="tools">
        <button type="button" class="tool" aria-label=${words.undo ?? ""} ?disabled=${!desk.canUndo} @click=${() => desk.undo()}>${icon("undo")}</button>
        <button type="button" class="tool" aria-label=${words.redo ?? ""} ?disabled=${!desk.canRedo} @click=${() => desk.redo()}>${icon("redo")}</button>
        <a class="primary" href=${settings.done_url} @click=${(event: Event) => this.leave(event, true)}>${words.done}</a>
      </div>
    </header>`;
  }

  private list(): TemplateResult {
    const { desk } = this;
    const { words, settings } = desk;
    const count = cards(desk.preview?.findings ?? []).length;
    return html`<nav class="slots" aria-label=${words.slots ?? ""}>
      <h2>${words.slots}</h2>
      <ul>
        <li class="all-findings">
          <button type="button" aria-pressed=${this.showsFindings && !this.chosen ? "true" : "false"} @click=${() => this.read()}>
            ${icon(count ? "block" : "pass")}<span>${count ? say(words.findings_count, { count }) : words.findings_none}</span>
          </button>
        </li>
        ${desk.slots.map((slot) => this.entry(slot, settings.language))}
      </ul>
    </nav>`;
  }

  private entry(slot: Slot, language: "zh" | "en"): TemplateResult {
    const { desk } = this;
    const severity = cards(desk.findingsIn(slot, desk.textOf(slot)))[0]?.severity;
    const state = desk.problemsOf(slot.name).length ? "block" : severity;
    const absent = desk.preview?.svg && !desk.preview.areas[slot.name];
    return html`<li>
      <button
        type="button"
        data-slot=${slot.name}
        class=${absent ? "absent" : ""}
        aria-current=${this.chosen === slot.name ? "true" : "false"}
        @click=${() => this.open(slot.name)}
        @focus=${() => this.point(slot.name)}
        @blur=${() => this.point(null)}
        @pointerenter=${() => this.point(slot.name)}
        @pointerleave=${() => this.point(null)}
      >
        ${icon(slot.kind)}
        <span class="name">${slot.label[language]}</span>
        <span class="said">${absent ? desk.words.not_in_size : desk.saidIn(slot)}</span>
        ${state ? html`<span class="dot ${state}" role="img" aria-label=${desk.words[`severity_${state}`] ?? ""}></span>` : nothing}
      </button>
    </li>`;
  }

  private notice(): TemplateResult | typeof nothing {
    const { desk } = this;
    const { words } = desk;
    const told = (text: string | undefined, act: string | undefined, run: () => void, quiet = false) =>
      html`<p class="notice ${quiet ? "quiet" : ""}" role="status">
        <span>${text} ${act ? html`<button type="button" @click=${run}>${act}</button>` : nothing}</span>
      </p>`;
    const idle = (): void => {};
    if (desk.locked)
      return told(words.locked, words.locked_act, () => window.location.assign(desk.settings.done_url));
    if (desk.trouble === "offline") return told(words.offline, undefined, idle);
    if (desk.trouble === "failed") return told(words.failed, words.retry, () => desk.ask());
    if (desk.otherTab === "changed") return told(words.other_tab, words.take_over, () => desk.takeOver());
    if (desk.otherTab) return told(words.other_tab, undefined, idle);
    return desk.restored ? told(words.restored, undefined, idle, true) : nothing;
  }

  private over(): TemplateResult | typeof nothing {
    const { desk } = this;
    const { preview } = desk;
    if (!preview) return nothing;
    const current = preview.findings.filter((finding) => {
      const slot = desk.slot(finding.slot);
      return !slot || desk.findingsIn(slot, desk.textOf(slot)).some((one) => one.rule === finding.rule);
    });
    return html`<svg
      class="overlay"
      viewBox="0 0 ${preview.width_px} ${preview.height_px}"
      role="group"
      aria-label=${desk.words.slots ?? ""}
      @click=${this.tapped}
      @pointerdown=${this.grabbed}
    >
      ${overlay({
        width: preview.width_px,
        height: preview.height_px,
        slots: desk.slots,
        areas: preview.areas,
        findings: current,
        broken: new Set(desk.slots.map((slot) => slot.name).filter((name) => desk.problemsOf(name).length)),
        chosen: this.chosen,
        pointed: this.pointed,
        language: desk.settings.language,
        editLabel: (label) => say(desk.words.edit, { label }),
        movable: (slot) => desk.size.name in slot.move,
        guides: this.dragging.guides,
        shift: this.dragging.shift,
      })}
    </svg>`;
  }

  private editing(slot: Slot): TemplateResult {
    const { desk } = this;
    const { words, settings } = desk;
    const at = desk.slots.indexOf(slot);
    const step = (by: number) =>
      this.open(desk.slots[(at + by + desk.slots.length) % desk.slots.length]?.name ?? "");
    // The example of a slot of the calendar is of another day.
    const changed = slot.name in desk.values && !(slot.kind === "text" && slot.calendar);
    return html`
      <header class="sheet-head">
        <h2>${slot.label[settings.language]}</h2>
        ${changed ? html`<button type="button" class="text-button" @click=${() => desk.clear(slot.name)}>${words.reset}</button>` : nothing}
        <button type="button" class="tool" aria-label=${words.previous ?? ""} @click=${() => step(-1)}>${icon("back")}</button>
        <button type="button" class="tool" aria-label=${words.next ?? ""} @click=${() => step(1)}>${icon("next")}</button>
        <button type="button" class="primary" @click=${() => this.shut()}>${words.close}</button>
      </header>
      ${slot.kind === "text" ? this.text(slot) : this.picture(slot)}
      ${desk.problemsOf(slot.name).map((problem) => html`<p class="problem" role="alert">${desk.told(problem)}</p>`)}
      ${desk.size.name in slot.move ? this.place(slot) : nothing}
      <div class="live-cards" aria-live="polite">
        ${this.cardsOf(desk.findingsIn(slot, this.composing ? this.typed : desk.textOf(slot)), false)}
      </div>
    `;
  }

  private text(slot: Slot & { kind: "text" }): TemplateResult {
    const { desk } = this;
    return textPanel({
      slot,
      typed: this.typed,
      style: desk.values[slot.name]?.style,
      spans: desk.findingsIn(slot, this.typed),
      language: desk.settings.language,
      words: desk.words,
      onInput: (event) => this.wrote(slot, event.target as HTMLTextAreaElement, event.isComposing),
      onComposition: (running, event) => {
        this.composing = running;
        if (!running) this.wrote(slot, event.target as HTMLTextAreaElement, false);
      },
      onDone: () => this.shut(),
      calendar: slot.calendar
        ? { day: desk.day, failed: desk.dayFailed, onDay: (day) => void desk.fillFrom(day) }
        : null,
      onStyle: (style) => {
        const { style: _, ...rest } = desk.values[slot.name] ?? {};
        const text = desk.textOf(slot);
        desk.put(slot.name, style === undefined ? { ...rest, text } : { ...rest, text, style });
      },
    });
  }

  private picture(slot: PictureSlot): TemplateResult {
    const { desk } = this;
    const value = desk.values[slot.name];
    const box = desk.preview?.areas[slot.name]?.[0] ?? [0, 0, 3, 2];
    return picturePanel({
      href: value?.picture ? desk.hrefOf(value.picture) : slot.example.url,
      picture: value?.px ?? [slot.example.width_px, slot.example.height_px],
      frame: [box[2], box[3]],
      focus: value?.focus ?? slot.focus,
      zoom: value?.zoom ?? 1,
      crop: slot.crop,
      own: value?.picture !== undefined,
      busy: desk.busy,
      error: desk.uploadError,
      words: desk.words,
      onFile: (file) => void desk.upload(slot, file),
      onCrop: (focus, zoom) => desk.put(slot.name, { ...value, focus, zoom }, "crop"),
    });
  }

  private place(slot: Slot): TemplateResult {
    const { desk } = this;
    const offset = desk.values[slot.name]?.offset ?? [0, 0];
    const key = (event: KeyboardEvent): void => {
      const by = (
        { ArrowLeft: [-8, 0], ArrowRight: [8, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] } as Record<
          string,
          [number, number]
        >
      )[event.key];
      if (!by) return;
      event.preventDefault();
      this.dragging.nudge(desk, slot, by);
    };
    return html`<fieldset class="place">
      <legend>${desk.words.move}</legend>
      <button type="button" class="pad" @keydown=${key} aria-label=${desk.words.move_hint ?? ""}>
        ${Math.round(offset[0])}, ${Math.round(offset[1])}
      </button>
      <button type="button" class="text-button" @click=${() => this.dragging.home(desk, slot)}>${desk.words.centre}</button>
      <span class="hint">${desk.words.move_hint}</span>
    </fieldset>`;
  }

  private overview(): TemplateResult {
    const { desk } = this;
    return html`
      <header class="sheet-head">
        <h2>${desk.words.findings}</h2>
        <button type="button" class="primary only-phone" @click=${() => this.shut()}>${desk.words.close}</button>
      </header>
      <div aria-live="polite">${this.cardsOf(desk.preview?.findings ?? [], true)}</div>
    `;
  }

  private cardsOf(findings: Finding[], everywhere: boolean): TemplateResult | typeof nothing {
    const { desk } = this;
    const { words, settings } = desk;
    const found = cards(findings);
    if (!found.length) {
      if (!desk.preview || desk.trouble) return nothing;
      return everywhere ? html`<p class="clean">${icon("pass")}${words.findings_none}</p>` : nothing;
    }
    return cardList({
      cards: found,
      language: settings.language,
      words,
      labelOf: (name) =>
        everywhere ? (desk.slot(name)?.label[settings.language] ?? words.whole ?? "") : null,
      onFix: (card, fix) => this.accept(card, fix),
      onOpen: everywhere ? (name) => this.open(name) : null,
    });
  }

  private open(name: string): void {
    const slot = this.desk.slot(name);
    if (!slot) return;
    this.chosen = name;
    this.pointed = null;
    this.composing = false;
    this.typed = this.desk.textOf(slot);
    this.desk.uploadError = "";
    this.wantsFocus = true;
    this.requestUpdate();
    void this.updateComplete.then(() => this.reveal());
  }

  private shut(): void {
    const name = this.chosen;
    this.chosen = null;
    this.showsFindings = false;
    this.requestUpdate();
    void this.updateComplete.then(() => {
      if (name)
        this.querySelector<HTMLElement>(`.slots [data-slot="${name}"]`)?.focus({ preventScroll: true });
    });
  }

  private read(): void {
    this.chosen = null;
    this.showsFindings = !this.showsFindings;
    this.requestUpdate();
  }

  private point(name: string | null): void {
    this.pointed = name;
    this.requestUpdate();
  }

  private wrote(slot: Slot & { kind: "text" }, area: HTMLTextAreaElement, composing: boolean): void {
    const text = asTyped(area.value, slot.multiline);
    this.typed = text;
    if (!composing && !this.composing) this.desk.write(slot, text);
    this.requestUpdate();
  }

  private accept(card: Card, fix: Fix): void {
    const slot = this.desk.slot(card.slot);
    const finding = card.findings.find((one) => one.fixes.includes(fix));
    if (!slot || !finding) return;
    const made = this.desk.fix(slot, fix, finding);
    if (!made) return;
    this.typed = made.text;
    void this.updateComplete.then(() => {
      const area = this.querySelector<HTMLTextAreaElement>("#slot-text");
      area?.focus({ preventScroll: true });
      area?.setSelectionRange(made.caret, made.caret);
    });
  }

  /** Go on once everything is saved; the way back is open all the same, for this device has it. */
  private async leave(event: Event, isOnward: boolean): Promise<void> {
    const link = event.currentTarget as HTMLAnchorElement;
    event.preventDefault();
    if ((await this.desk.settle()) || !isOnward) window.location.assign(link.href);
    else this.requestUpdate();
  }

  private tapped(event: Event): void {
    if (this.dragging.justMoved()) return;
    const name = (event.target as Element).closest("[data-area]")?.getAttribute("data-area");
    if (name) this.open(name);
  }

  private grabbed(event: PointerEvent): void {
    const name = (event.target as Element).closest("[data-area]")?.getAttribute("data-area");
    const slot = this.desk.slot(name ?? null);
    if (slot) this.dragging.start(event, this.desk, slot, this.canvas);
  }

  private readonly shortcut = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && !event.isComposing && (this.chosen || this.showsFindings)) {
      this.shut();
    } else if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.isComposing) {
      const key = event.key.toLowerCase();
      if (key === "z" && !event.shiftKey) this.desk.undo();
      else if (key === "y" || (key === "z" && event.shiftKey)) this.desk.redo();
      else return;
    } else return;
    event.preventDefault();
  };

  /** Make the poster as large as its stage has room for; while something is edited on a phone, as wide as the stage. */
  private fit(): void {
    const { preview } = this.desk;
    if (!preview || !this.room) return;
    const [across, down] = this.room;
    const wide = (across - MARGIN) / preview.width_px;
    const high = (down - MARGIN) / preview.height_px;
    const scale = this.chosen && !WIDE.matches ? wide : Math.min(wide, high);
    const size = [preview.width_px * scale, preview.height_px * scale].map((length) =>
      String(Math.max(1, Math.floor(length))),
    );
    for (const layer of this.querySelectorAll(".paper > svg")) {
      if (layer.getAttribute("width") === size[0] && layer.getAttribute("height") === size[1]) continue;
      layer.setAttribute("width", size[0] ?? "");
      layer.setAttribute("height", size[1] ?? "");
    }
  }

  /** Bring the chosen slot into the middle of the stage. */
  private reveal(): void {
    const stage = this.querySelector<HTMLElement>(".stage");
    const area = this.querySelector(`[data-area="${this.chosen}"] rect`);
    if (!stage || !area) return;
    const [box, frame] = [area.getBoundingClientRect(), stage.getBoundingClientRect()];
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    stage.scrollBy({
      top: box.top + box.height / 2 - frame.top - frame.height / 2,
      behavior: calm ? "auto" : "smooth",
    });
  }
}

customElements.define("poster-editor", PosterEditor);
