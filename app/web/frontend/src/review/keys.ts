// Single keys for what the page offers anyway. Each names its button or link by data-key; they rest while somebody types.

const STORED = "review:keys-off";

/** Buttons that open a sheet, shown only where there is a script to open it. */
export function openSheets(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-opens]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      document.querySelector<HTMLDialogElement>(`#${button.dataset.opens ?? ""}`)?.showModal();
    });
  }
}

export function listenToKeys(pin: () => void): void {
  const on = document.querySelector<HTMLInputElement>("[data-keys-on]");
  if (on) {
    on.checked = !remembered();
    on.addEventListener("change", () => remember(!on.checked));
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    if (on && !on.checked && key !== "?") return;
    const wanted = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]:not([disabled])`);
    if (!wanted) return;
    event.preventDefault();
    if (key === "p") pin();
    else if ("needsWords" in wanted.dataset && !hasWords())
      document.querySelector<HTMLElement>("#reason")?.focus();
    else wanted.click();
  });
}

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement)
    return !["checkbox", "radio", "button", "submit"].includes(target.type);
  return target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName);
}

/** Whether a reason or a comment has been written: what a rejection needs. */
function hasWords(): boolean {
  const written = document.querySelectorAll<HTMLTextAreaElement>("#reason, [data-pins] textarea");
  return [...written].some((one) => one.value.trim() !== "");
}

function remembered(): boolean {
  try {
    return localStorage.getItem(STORED) === "1";
  } catch {
    return false;
  }
}

function remember(off: boolean): void {
  try {
    localStorage.setItem(STORED, off ? "1" : "0");
  } catch {
    // A browser that keeps nothing forgets the choice with the page.
  }
}
