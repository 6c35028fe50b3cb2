// A problem that names a line leads to it.

export function jumpToLines(form: HTMLFormElement): void {
  const text = form.querySelector<HTMLTextAreaElement>("textarea.yaml-text");
  if (!text) return;
  for (const button of form.querySelectorAll<HTMLButtonElement>("[data-line]")) {
    button.addEventListener("click", () => {
      const [start, end] = lineAt(text.value, Number(button.dataset.line));
      text.focus();
      text.setSelectionRange(start, end);
    });
  }
}

/** Where a line, counted from 1, begins and ends; the last one where there are not so many. */
export function lineAt(text: string, number: number): [number, number] {
  let start = 0;
  for (let line = 1; line < number; line += 1) {
    const next = text.indexOf("\n", start);
    if (next < 0) break;
    start = next + 1;
  }
  const end = text.indexOf("\n", start);
  return [start, end < 0 ? text.length : end];
}
