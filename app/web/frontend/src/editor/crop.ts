// The sheet for one picture: choose it, and place it in its frame by touch, mouse or keyboard.
import { html, LitElement, nothing, svg, type TemplateResult } from "lit";
import { coverOf, draggedFocus, MAX_ZOOM, zoomed } from "./geometry.ts";
import type { Point } from "./model.ts";

const STEP = 0.03;

/** `<crop-box>`: a frame that shows a part of a picture. Says `crop` with the new focus and zoom while it is moved. */
export class CropBox extends LitElement {
  static override properties = {
    href: {},
    picture: { attribute: false },
    frame: { attribute: false },
    focusPoint: { attribute: false },
    zoom: { type: Number },
    label: {},
    locked: { type: Boolean },
  };

  declare href: string;
  declare picture: Point;
  declare frame: Point;
  declare focusPoint: Point;
  declare zoom: number;
  declare label: string;
  declare locked: boolean;
  private fingers = new Map<number, Point>();

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.frame || !this.picture) return nothing;
    const [left, top, width] = coverOf(this.picture, this.frame, this.focusPoint, this.zoom);
    const scale = this.frame[0] / width;
    return html`<svg
      class="crop-frame"
      viewBox="0 0 ${this.frame[0]} ${this.frame[1]}"
      role="application"
      tabindex=${this.locked ? -1 : 0}
      aria-label=${this.label}
      @pointerdown=${this.down}
      @pointermove=${this.moved}
      @pointerup=${this.up}
      @pointercancel=${this.up}
      @wheel=${this.wheel}
      @keydown=${this.key}
    >
      ${svg`<image
        x=${-left * scale}
        y=${-top * scale}
        width=${this.picture[0] * scale}
        height=${this.picture[1] * scale}
        preserveAspectRatio="none"
        href=${this.href}
      /><path class="thirds" d=${thirds(this.frame)} />`}
    </svg>`;
  }

  private tell(focus: Point, zoom: number): void {
    if (this.locked) return;
    this.focusPoint = focus;
    this.zoom = zoom;
    this.dispatchEvent(new CustomEvent("crop", { detail: { focus, zoom } }));
  }

  private drag(by: Point, zoom = this.zoom): void {
    this.tell(draggedFocus(this.picture, this.frame, this.focusPoint, zoom, by), zoom);
  }

  /** Pixels of the frame for a pixel of the screen. */
  private get ratio(): number {
    return this.frame[0] / (this.querySelector("svg")?.clientWidth || this.frame[0]);
  }

  private down(event: PointerEvent): void {
    if (this.locked) return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
  }

  private moved(event: PointerEvent): void {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    const now: Point = [event.clientX, event.clientY];
    const other = [...this.fingers].find(([id]) => id !== event.pointerId)?.[1];
    this.fingers.set(event.pointerId, now);
    const share = other ? 0.5 : 1;
    const by: Point = [(now[0] - before[0]) * this.ratio * share, (now[1] - before[1]) * this.ratio * share];
    const factor = other ? distance(now, other) / Math.max(1, distance(before, other)) : 1;
    this.drag(by, zoomed(this.zoom, factor));
  }

  private up(event: PointerEvent): void {
    this.fingers.delete(event.pointerId);
  }

  private wheel(event: WheelEvent): void {
    if (this.locked) return;
    event.preventDefault();
    this.drag([0, 0], zoomed(this.zoom, Math.exp(-event.deltaY / 400)));
  }

  private key(event: KeyboardEvent): void {
    const [width, height] = this.frame;
    const steps: Record<string, Point> = {
      ArrowLeft: [width * STEP, 0],
      ArrowRight: [-width * STEP, 0],
      ArrowUp: [0, height * STEP],
      ArrowDown: [0, -height * STEP],
    };
    const step = steps[event.key];
    if (step) this.drag(step);
    else if (event.key === "+" || event.key === "=") this.drag([0, 0], zoomed(this.zoom, 1.1));
    else if (event.key === "-") this.drag([0, 0], zoomed(this.zoom, 1 / 1.1));
    else return;
    event.preventDefault();
  }
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

function thirds([width, height]: Point): string {
  return [1, 2]
    .map((part) => `M${(width * part) / 3} 0V${height}M0 ${(height * part) / 3}H${width}`)
    .join("");
}

customElements.define("crop-box", CropBox);

export interface PicturePanel {
  href: string;
  picture: Point;
  frame: Point;
  focus: Point;
  zoom: number;
  crop: boolean;
  own: boolean;
  busy: boolean;
  error: string;
  words: Record<string, string>;
  onFile: (file: File) => void;
  onCrop: (focus: Point, zoom: number) => void;
}

export function picturePanel(panel: PicturePanel): TemplateResult {
  const { words } = panel;
  const chosen = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    if (file) panel.onFile(file);
    input.value = "";
  };
  return html`
    <crop-box
      .href=${panel.href}
      .picture=${panel.picture}
      .frame=${panel.frame}
      .focusPoint=${panel.focus}
      .zoom=${panel.zoom}
      .label=${words.picture_crop ?? ""}
      .locked=${!panel.crop || !panel.own}
      @crop=${(event: CustomEvent<{ focus: Point; zoom: number }>) => panel.onCrop(event.detail.focus, event.detail.zoom)}
    ></crop-box>
    ${
      panel.crop && panel.own
        ? html`<label class="zoom"
              >${words.zoom}
              <input
                type="range"
                min="1"
                max=${MAX_ZOOM}
                step="0.05"
                .value=${String(panel.zoom)}
                @input=${(event: Event) => panel.onCrop(panel.focus, Number((event.target as HTMLInputElement).value))}
            /></label>
            <p class="hint">${words.picture_hint}</p>`
        : nothing
    }
    ${panel.error ? html`<p class="problem" role="alert">${panel.error}</p>` : nothing}
    <label class="file-button ${panel.busy ? "busy" : ""}">
      <input type="file" accept="image/jpeg,image/png,image/webp" ?disabled=${panel.busy} @change=${chosen} />
      ${panel.busy ? words.uploading : panel.own ? words.picture_change : words.picture_choose}
    </label>
  `;
}
