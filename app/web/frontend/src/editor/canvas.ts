// The server's SVG in the page. Only what has changed is parsed and replaced, so that pictures do not flicker.

const SVG = "http://www.w3.org/2000/svg";
const parser = new DOMParser();

export class Canvas {
  readonly root: SVGSVGElement;
  private readonly defs: SVGDefsElement;
  private readonly body: SVGGElement;
  private defLines: string[] = [];
  private bodyLines: string[] = [];

  constructor() {
    this.root = document.createElementNS(SVG, "svg");
    this.root.setAttribute("class", "poster");
    this.root.setAttribute("aria-hidden", "true");
    this.defs = document.createElementNS(SVG, "defs");
    this.body = document.createElementNS(SVG, "g");
    this.root.append(this.defs, this.body);
  }

  /** Show a document of paint_svg, in which each definition and each layer is a line of its own. */
  show(svg: string): void {
    const lines = svg.trimEnd().split("\n");
    const from = lines.indexOf("<defs>");
    const to = lines.indexOf("</defs>");
    this.defLines = patched(this.defs, this.defLines, lines.slice(from + 1, to));
    this.bodyLines = patched(this.body, this.bodyLines, lines.slice(to + 1, -1));
    const box = /viewBox="([^"]+)"/.exec(lines[0] ?? "");
    if (box?.[1]) this.root.setAttribute("viewBox", box[1]);
  }

  /** The groups that draw a slot. */
  groups(slot: string): SVGGElement[] {
    return [...this.body.children].filter(
      (node): node is SVGGElement => node.getAttribute("data-slot") === slot,
    );
  }
}

/** Make the children of `parent` be `now`, a line each, given that they are `before`. */
function patched(parent: Element, before: readonly string[], now: string[]): string[] {
  let head = 0;
  while (head < before.length && head < now.length && before[head] === now[head]) head++;
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < now.length - head &&
    before[before.length - 1 - tail] === now[now.length - 1 - tail]
  )
    tail++;
  const old = [...parent.children].slice(head, before.length - tail);
  const known = new Map(old.map((node, index) => [before[head + index] ?? "", node]));
  const wanted = now.slice(head, now.length - tail);
  const fresh = parsed(wanted.filter((line) => !known.has(line)));
  const after = parent.children[before.length - tail] ?? null;
  const staying = new Set(wanted);
  for (const [line, node] of known) if (!staying.has(line)) node.remove();
  let next = 0;
  let cursor: Element | null = parent.children[head] ?? null;
  for (const line of wanted) {
    const node = known.get(line) ?? fresh[next++];
    if (!node) continue;
    if (node === cursor) cursor = cursor.nextElementSibling;
    else parent.insertBefore(node, cursor ?? after);
  }
  return now;
}

function parsed(lines: readonly string[]): Element[] {
  if (lines.length === 0) return [];
  const whole = parser.parseFromString(`<svg xmlns="${SVG}">${lines.join("")}</svg>`, "image/svg+xml");
  return [...whole.documentElement.children].map((node) => document.importNode(node, true));
}
