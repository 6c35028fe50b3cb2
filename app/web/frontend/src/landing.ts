// What a customer's page adds where scripts run: it says that it was looked at, and helps to pass the poster on.
import "../styles/landing.css";

const LOOK_MS = 3000;

function say(kind: string): void {
  const { code, token } = document.querySelector<HTMLElement>("[data-token]")?.dataset ?? {};
  if (code && token) navigator.sendBeacon(`/b/${code}`, new URLSearchParams({ kind, token }));
}

function sayWhenLookedAt(): void {
  let timer = 0;
  const look = (): void => {
    window.clearTimeout(timer);
    if (document.visibilityState === "visible") {
      timer = window.setTimeout(() => {
        document.removeEventListener("visibilitychange", look);
        say("seen");
      }, LOOK_MS);
    }
  };
  document.addEventListener("visibilitychange", look);
  look();
}

async function copy(button: HTMLElement): Promise<void> {
  const field = document.querySelector<HTMLInputElement>(`#${button.dataset.copy}`);
  const label = button.querySelector("span");
  if (!field || !label) return;
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    if (!document.execCommand("copy")) return;
  }
  label.textContent = button.dataset.done ?? "";
  const said = document.querySelector("[data-said]");
  if (said) said.textContent = label.textContent;
}

for (const link of document.querySelectorAll("[data-contact]"))
  link.addEventListener("click", () => say("contact"));

for (const button of document.querySelectorAll<HTMLElement>("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => void copy(button));
}

for (const button of document.querySelectorAll<HTMLElement>("[data-share]")) {
  if (!("share" in navigator)) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.share({ url: button.dataset.share ?? "", title: button.dataset.title ?? "" }).catch(() => {});
  });
}

if (document.querySelector("[data-token]")) sayWhenLookedAt();
