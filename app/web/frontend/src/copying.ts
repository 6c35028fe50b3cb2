// Buttons that copy: `data-copies` names the element whose text is meant, `data-copies-text` is the text itself.
const SHOWN_MS = 2200;

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedByHand(text);
  }
}

/** Where the clipboard is closed to pages, as in some apps: through a field that is selected and copied. */
function copiedByHand(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

document.addEventListener("click", async (event) => {
  const button = (event.target as Element).closest<HTMLButtonElement>("[data-copies], [data-copies-text]");
  if (!button) return;
  const { copies, copiesText, copied: told } = button.dataset;
  const source = copies ? document.getElementById(copies) : null;
  const done = await copied(copiesText ?? source?.innerText ?? "");
  const label = button.querySelector("span");
  if (!done || !label || !told || label.textContent === told) {
    if (!done && source) window.getSelection()?.selectAllChildren(source);
    return;
  }
  const before = label.textContent;
  label.textContent = told;
  window.setTimeout(() => {
    label.textContent = before;
  }, SHOWN_MS);
});
