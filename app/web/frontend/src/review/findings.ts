// A finding stands in three places: on the picture, in the copy and in the list. Touching one lights up all.

export function lightUp(room: HTMLElement): void {
  const all = [...room.querySelectorAll<Element>("[data-finding]")];
  const light = (number: string | null) => {
    for (const one of all) one.classList.toggle("is-lit", one.getAttribute("data-finding") === number);
  };
  for (const one of all) {
    const number = one.getAttribute("data-finding");
    one.addEventListener("pointerenter", () => light(number));
    one.addEventListener("pointerleave", () => light(null));
    one.addEventListener("focusin", () => light(number));
    one.addEventListener("focusout", () => light(null));
  }
}
