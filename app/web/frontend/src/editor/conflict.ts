// Two texts of one draft: what is filled in here, and what was saved elsewhere. The person says which is to stay.
import { html, type TemplateResult } from "lit";
import type { Desk } from "./desk.ts";
import { alike, fitting, type Revision, type Slot } from "./model.ts";

export function conflictPanel(desk: Desk, theirs: Revision): TemplateResult {
  const { words, settings } = desk;
  const values = fitting(theirs.values, settings.state);
  const only = (slot: Slot, from: typeof values) => {
    const value = from[slot.name];
    return value ? { [slot.name]: value } : {};
  };
  const differing = desk.slots.filter((slot) => !alike(only(slot, desk.values), only(slot, values)));
  const said = (slot: Slot, from: typeof values): string =>
    slot.kind === "text"
      ? desk.textOf(slot, from)
      : (words[from[slot.name]?.picture ? "picture_own" : "picture_example"] ?? "");
  return html`<section class="conflict" role="alertdialog" aria-modal="true" aria-labelledby="conflict-title">
    <div class="conflict-card">
      <h2 id="conflict-title">${words.conflict}</h2>
      <p>${words.conflict_hint}</p>
      <dl>
        ${differing.map(
          (slot) => html`<dt>${slot.label[settings.language]}</dt>
            <dd class="mine"><small>${words.conflict_mine}</small>${said(slot, desk.values)}</dd>
            <dd class="theirs"><small>${words.conflict_theirs}</small>${said(slot, values)}</dd>`,
        )}
      </dl>
      <p class="conflict-choice">
        <button type="button" class="primary" @click=${() => desk.keepMine()}>${words.conflict_keep}</button>
        <button type="button" class="second" @click=${() => desk.takeTheirs()}>${words.conflict_take}</button>
      </p>
    </div>
  </section>`;
}
