// Asks how far a job is until it has ended, then shows the page anew: what was found stands on it.

const EVERY_MS = 1000;

export function waitFor(place: HTMLElement, address: string): void {
  const look = async () => {
    try {
      const said = await fetch(address, { headers: { Accept: "text/html" } });
      if (said.ok) {
        if (said.headers.get("X-State") !== "running") {
          window.location.reload();
          return;
        }
        place.innerHTML = await said.text();
      }
    } catch {
      // The next look may succeed.
    }
    window.setTimeout(() => void look(), EVERY_MS);
  };
  window.setTimeout(() => void look(), EVERY_MS);
}
