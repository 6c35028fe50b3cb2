// Sends what is typed after a pause, and shows the answer to the newest text only.

const PAUSE_MS = 350;

export function tryWhileTyping(form: HTMLFormElement): void {
  const answer = document.querySelector<HTMLElement>("[data-try-answer]");
  const hint = form.querySelector<HTMLElement>("[data-try-hint]");
  const button = form.querySelector<HTMLElement>("[data-try-button]");
  if (!answer) return;
  if (hint) hint.hidden = false;
  if (button) button.hidden = true;
  let waiting = 0;
  let asked: AbortController | null = null;

  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    try {
      const said = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(new FormData(form) as unknown as Record<string, string>),
        headers: { "X-Fragment": "1" },
        signal: asked.signal,
      });
      if (said.ok) answer.innerHTML = await said.text();
      else if (button) button.hidden = false;
    } catch (error) {
      if (!(error instanceof DOMException) && button) button.hidden = false;
    }
  };

  const later = () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => void ask(), PAUSE_MS);
  };
  form.addEventListener("input", later);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void ask();
  });
  const text = form.querySelector<HTMLTextAreaElement>("textarea");
  if (text?.value.trim()) void ask();
}
