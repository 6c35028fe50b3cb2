// The pages of review: their styles; and on that of one case findings that light up together, pins, single keys.
import "../styles/review.css";
import { lightUp } from "./review/findings.ts";
import { listenToKeys, openSheets } from "./review/keys.ts";
import { Pins } from "./review/pins.ts";

const room = document.querySelector<HTMLElement>("[data-review]");
if (room) {
  lightUp(room);
  openSheets();
  const form = document.querySelector<HTMLFormElement>("#decision");
  const pins = form && document.querySelector("#pin-template") ? new Pins(room, form) : null;
  listenToKeys(() => pins?.toggle());
}
