// Comments pinned to a place of the picture: by a tap, or by a cross that the arrow keys move.
import { type Area, nearest } from "./places.ts";

const SVG = "http://www.w3.org/2000/svg";
const STEP = 0.01;
const LEAP = 0.05;

interface Point {
  x: number;
  y: number;
}

export class Pins {
  private readonly room: HTMLElement;
  private readonly list: HTMLElement;
  private readonly template: HTMLTemplateElement;
  private readonly places: Record<string, string>;
  private readonly figures: SVGSVGElement[];
  private readonly button: HTMLButtonElement | null;
  private readonly hint: HTMLElement | null;
  private cross: SVGGElement | null = null;
  private at: Point = { x: 0.5, y: 0.5 };

  constructor(room: HTMLElement, form: HTMLFormElement) {
    this.room = room;
    this.list = form.querySelector("[data-pins]") as HTMLElement;
    this.template = document.querySelector("#pin-template") as HTMLTemplateElement;
    this.places = JSON.parse(document.querySelector("#places")?.textContent ?? "{}");
    this.figures = [...room.querySelectorAll<SVGSVGElement>("[data-figure]")];
    this.button = room.querySelector("[data-pin-here]");
    this.hint = room.querySelector("[data-pin-hint]");
    if (this.button) this.button.hidden = false;
    this.button?.addEventListener("click", () => this.toggle());
    this.list.addEventListener("click", (event) => this.remove(event));
    for (const figure of this.figures) {
      figure.addEventListener("click", (event) => this.tapped(figure, event));
      figure.addEventListener("keydown", (event) => this.moved(figure, event));
    }
    this.draw();
  }

  toggle(): void {
    if (this.cross) this.end(true);
    else this.begin();
  }

  private begin(): void {
    const figure = this.inView();
    if (!figure) return;
    this.room.classList.add("is-pinning");
    this.button?.setAttribute("aria-pressed", "true");
    if (this.hint) this.hint.hidden = false;
    for (const one of this.figures) one.setAttribute("tabindex", "0");
    this.at = { x: 0.5, y: 0.5 };
    this.cross = document.createElementNS(SVG, "g");
    this.cross.setAttribute("class", "cross");
    const radius = Number(figure.dataset.radius);
    const lines = `M${-2 * radius} 0H${2 * radius}M0 ${-2 * radius}V${2 * radius}`;
    for (const name of ["cross-ground", "cross-line"]) {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("d", lines);
      path.setAttribute("class", name);
      this.cross.append(path);
    }
    this.place(figure);
    figure.focus();
  }

  private end(back: boolean): void {
    this.cross?.remove();
    this.cross = null;
    this.room.classList.remove("is-pinning");
    this.button?.setAttribute("aria-pressed", "false");
    if (this.hint) this.hint.hidden = true;
    for (const one of this.figures) one.removeAttribute("tabindex");
    if (back) this.button?.focus();
  }

  /** The figure of which most can be seen. */
  private inView(): SVGSVGElement | undefined {
    const seen = (one: Element) => {
      const box = one.getBoundingClientRect();
      return Math.min(box.bottom, window.innerHeight) - Math.max(box.top, 0);
    };
    return [...this.figures].sort((one, other) => seen(other) - seen(one))[0];
  }

  private place(figure: SVGSVGElement): void {
    if (!this.cross) return;
    const { width, height } = figure.viewBox.baseVal;
    this.cross.setAttribute("transform", `translate(${this.at.x * width} ${this.at.y * height})`);
    if (this.cross.parentNode !== figure) figure.append(this.cross);
  }

  private moved(figure: SVGSVGElement, event: KeyboardEvent): void {
    if (!this.cross) return;
    const by = event.shiftKey ? LEAP : STEP;
    const ways: Record<string, [number, number]> = {
      ArrowLeft: [-by, 0],
      ArrowRight: [by, 0],
      ArrowUp: [0, -by],
      ArrowDown: [0, by],
    };
    const way = ways[event.key];
    if (way) {
      this.at = { x: within(this.at.x + way[0]), y: within(this.at.y + way[1]) };
      this.place(figure);
    } else if (event.key === "Enter") this.drop(figure, this.at);
    else if (event.key === "Escape") this.end(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private tapped(figure: SVGSVGElement, event: MouseEvent): void {
    if (!this.cross) return;
    event.preventDefault();
    const box = figure.getBoundingClientRect();
    this.drop(figure, {
      x: within((event.clientX - box.left) / box.width),
      y: within((event.clientY - box.top) / box.height),
    });
  }

  private drop(figure: SVGSVGElement, at: Point): void {
    const { width, height } = figure.viewBox.baseVal;
    const areas = [...figure.querySelectorAll<SVGRectElement>("[data-area]")].map(areaOf);
    const place = `${figure.dataset.prefix ?? ""}${nearest(areas, at.x * width, at.y * height)}`;
    const item = (this.template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
    input(item, "place").value = place;
    input(item, "x").value = at.x.toFixed(4);
    input(item, "y").value = at.y.toFixed(4);
    this.list.append(item);
    this.end(false);
    this.draw();
    item.querySelector("textarea")?.focus();
  }

  private remove(event: Event): void {
    const button = event.target instanceof Element ? event.target.closest("[data-pin-remove]") : null;
    if (!button) return;
    button.closest("[data-pin]")?.remove();
    this.draw();
    this.button?.focus();
  }

  /** Number the comments, and set a pin for each on its figure. */
  private draw(): void {
    for (const old of this.room.querySelectorAll(".pin-new")) old.remove();
    [...this.list.querySelectorAll<HTMLElement>("[data-pin]")].forEach((item, index) => {
      const number = String(index + 1);
      const place = input(item, "place").value;
      const shown = item.querySelector("[data-pin-number]");
      if (shown) shown.textContent = number;
      const words = item.querySelector("[data-pin-place]");
      if (words) words.textContent = this.places[place] ?? "";
      const figure =
        this.figures.find((one) => place.startsWith(one.dataset.prefix ?? "")) ?? this.figures[0];
      if (figure)
        figure.append(pinAt(figure, number, Number(input(item, "x").value), Number(input(item, "y").value)));
    });
  }
}

function within(fraction: number): number {
  return Math.min(1, Math.max(0, fraction));
}

function input(item: HTMLElement, part: string): HTMLInputElement {
  return item.querySelector(`[name="pin_${part}"]`) as HTMLInputElement;
}

function areaOf(rect: SVGRectElement): Area {
  const number = (name: string) => Number(rect.getAttribute(name));
  return {
    place: rect.dataset.area ?? "$",
    x: number("x"),
    y: number("y"),
    width: number("width"),
    height: number("height"),
  };
}

function pinAt(figure: SVGSVGElement, number: string, x: number, y: number): SVGGElement {
  const { width, height } = figure.viewBox.baseVal;
  const radius = Number(figure.dataset.radius);
  const pin = document.createElementNS(SVG, "g");
  pin.setAttribute("class", "pin pin-new");
  pin.setAttribute("transform", `translate(${x * width} ${y * height})`);
  const circle = document.createElementNS(SVG, "circle");
  circle.setAttribute("r", String(radius));
  const text = document.createElementNS(SVG, "text");
  text.setAttribute("y", String(radius * 0.42));
  text.setAttribute("font-size", String(radius * 1.2));
  text.setAttribute("text-anchor", "middle");
  text.textContent = number;
  pin.append(circle, text);
  return pin;
}
