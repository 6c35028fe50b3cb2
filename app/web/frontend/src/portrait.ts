// The photo on one's own page: chosen, then moved and enlarged within the circle that posters show.
const MOVES: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const STEP = 0.02;

interface Square {
  left: number; // in pixels of the picture
  top: number;
  side: number;
}

class Portrait {
  private image: HTMLImageElement | null = null;
  private square: Square = { left: 0, top: 0, side: 1 };
  private readonly canvas: HTMLCanvasElement;
  private readonly zoom: HTMLInputElement;
  private readonly edit: HTMLElement;
  private readonly root: HTMLElement;

  constructor(root: HTMLElement) {
    this.root = root;
    const find = <E extends HTMLElement>(selector: string) => root.querySelector<E>(selector) as E;
    this.canvas = find<HTMLCanvasElement>("canvas");
    this.zoom = find<HTMLInputElement>("input[type=range]");
    this.edit = find<HTMLElement>("[data-portrait-edit]");
    const file = find<HTMLInputElement>("input[type=file]");
    file.addEventListener("change", () => this.choose(file.files?.[0]));
    this.zoom.addEventListener("input", () => this.enlarge(Number(this.zoom.value)));
    this.canvas.addEventListener("pointerdown", (event) => this.drag(event));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
  }

  private choose(file: File | undefined): void {
    this.image = null;
    this.edit.hidden = true;
    this.write();
    if (!file) return;
    const image = new Image();
    const address = URL.createObjectURL(file);
    image.addEventListener("load", () => {
      this.image = image;
      const side = Math.min(image.naturalWidth, image.naturalHeight);
      this.square = { left: (image.naturalWidth - side) / 2, top: (image.naturalHeight - side) * 0.3, side };
      this.zoom.value = "1";
      this.edit.hidden = false;
      this.draw();
    });
    image.addEventListener("error", () => URL.revokeObjectURL(address));
    image.src = address;
  }

  private enlarge(factor: number): void {
    if (!this.image) return;
    const side = Math.min(this.image.naturalWidth, this.image.naturalHeight) / factor;
    const { left, top, side: before } = this.square;
    this.place(left + (before - side) / 2, top + (before - side) / 2, side);
  }

  private drag(event: PointerEvent): void {
    if (!this.image) return;
    const { left, top, side } = this.square;
    const scale = side / this.canvas.clientWidth;
    const move = (now: PointerEvent) =>
      this.place(
        left - (now.clientX - event.clientX) * scale,
        top - (now.clientY - event.clientY) * scale,
        side,
      );
    const end = () => {
      this.canvas.removeEventListener("pointermove", move);
      this.canvas.removeEventListener("pointerup", end);
      this.canvas.removeEventListener("pointercancel", end);
    };
    this.canvas.setPointerCapture(event.pointerId);
    this.canvas.addEventListener("pointermove", move);
    this.canvas.addEventListener("pointerup", end);
    this.canvas.addEventListener("pointercancel", end);
  }

  private key(event: KeyboardEvent): void {
    const by = MOVES[event.key];
    if (!by) return;
    event.preventDefault();
    const { left, top, side } = this.square;
    this.place(left + by[0] * side * STEP, top + by[1] * side * STEP, side);
  }

  private place(left: number, top: number, side: number): void {
    if (!this.image) return;
    const within = (value: number, most: number) => Math.min(Math.max(value, 0), Math.max(most, 0));
    this.square = {
      left: within(left, this.image.naturalWidth - side),
      top: within(top, this.image.naturalHeight - side),
      side,
    };
    this.draw();
  }

  private draw(): void {
    const context = this.canvas.getContext("2d");
    if (!context || !this.image) return;
    const { left, top, side } = this.square;
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.drawImage(this.image, left, top, side, side, 0, 0, this.canvas.width, this.canvas.height);
    this.write();
  }

  private write(): void {
    const set = (name: string, value: string) => {
      const field = this.root.querySelector<HTMLInputElement>(`input[name=crop_${name}]`);
      if (field) field.value = value;
    };
    const { left, top, side } = this.square;
    set("left", this.image ? (left / this.image.naturalWidth).toFixed(5) : "");
    set("top", this.image ? (top / this.image.naturalHeight).toFixed(5) : "");
    set("side", this.image ? (side / this.image.naturalWidth).toFixed(5) : "");
  }
}

for (const root of document.querySelectorAll<HTMLElement>("[data-portrait]")) new Portrait(root);
