// Of what a rule can look for, a form shows what its kind has.

export function showParts(form: HTMLFormElement): void {
  const kind = form.querySelector<HTMLSelectElement>("select[name=kind]");
  const card = form.querySelector<HTMLElement>("[data-kinds]");
  if (!kind || !card) return;
  const wanted = JSON.parse(card.dataset.kinds ?? "{}") as Record<string, string[]>;
  const show = () => {
    const parts = new Set([...(wanted[kind.value] ?? []), "more"]);
    for (const part of card.querySelectorAll<HTMLElement>("[data-part]")) {
      part.hidden = !parts.has(part.dataset.part ?? "");
    }
  };
  kind.addEventListener("change", show);
  show();
}
