// What lies over the poster: a place to tap for each slot, the marks of findings, and guides while something is moved.
import { nothing, svg, type TemplateResult } from "lit";
import type { Box, Finding, Language, Slot } from "./model.ts";
import { type Card, cards } from "./text.ts";

export interface Overlay {
  width: number;
  height: number;
  slots: Slot[];
  areas: Record<string, Box[]>;
  findings: Finding[];
  broken: Set<string>;
  chosen: string | null;
  pointed: string | null;
  language: Language;
  editLabel: (label: string) => string;
  movable: (slot: Slot) => boolean;
  guides: { x: number | null; y: number | null };
  shift: { slot: string; by: [number, number] } | null;
}

export function overlay(view: Overlay): TemplateResult {
  return svg`
    ${cards(view.findings).flatMap((card) => (card.findings[0]?.boxes ?? []).map((box) => markOf(card, box)))}
    ${view.slots.map((slot) => areaOf(slot, view))}
    ${view.guides.x === null ? nothing : svg`<path class="guide" d="M${view.guides.x} 0V${view.height}" />`}
    ${view.guides.y === null ? nothing : svg`<path class="guide" d="M0 ${view.guides.y}H${view.width}" />`}
  `;
}

function markOf(finding: Card, [x, y, width, height]: Box): TemplateResult {
  return svg`<g class="finding-mark ${finding.severity}" data-finding=${finding.slot ?? ""}>
    <rect x=${x} y=${y} width=${width} height=${height} rx="6" />
    <path d="M${x} ${y + height}h${width}" />
  </g>`;
}

function areaOf(slot: Slot, view: Overlay): TemplateResult | typeof nothing {
  const boxes = view.areas[slot.name];
  if (!boxes) return nothing;
  const state = [
    view.chosen === slot.name ? "chosen" : "",
    view.pointed === slot.name ? "pointed" : "",
    view.broken.has(slot.name) ? "broken" : "",
    view.movable(slot) ? "movable" : "",
  ].join(" ");
  const by = view.shift?.slot === slot.name ? view.shift.by : null;
  return svg`<g
    class="area ${state}"
    data-area=${slot.name}
    role="button"
    tabindex="-1"
    aria-label=${view.editLabel(slot.label[view.language])}
    transform=${by ? `translate(${by[0]} ${by[1]})` : nothing}
  >
    ${boxes.map(([x, y, width, height]) => {
      const grow = Math.max(10, (44 - Math.min(height, 44)) / 2);
      return svg`<rect
        x=${x - 12} y=${y - grow} width=${width + 24} height=${height + 2 * grow} rx="10" />`;
    })}
  </g>`;
}
