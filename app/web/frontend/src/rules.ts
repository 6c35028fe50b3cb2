// The workbench: a text is judged while it is typed, a replay shows how far it is, a form shows the parts of its kind.
import "../styles/rules.css";
import { jumpToLines } from "./rules/lines.ts";
import { showParts } from "./rules/parts.ts";
import { waitFor } from "./rules/progress.ts";
import { tryWhileTyping } from "./rules/trying.ts";

const desk = document.querySelector<HTMLFormElement>("[data-try]");
if (desk) tryWhileTyping(desk);
for (const one of document.querySelectorAll<HTMLElement>("[data-progress]")) {
  if (one.dataset.progress) waitFor(one, one.dataset.progress);
}
const form = document.querySelector<HTMLFormElement>("[data-rule-form]");
if (form) {
  showParts(form);
  jumpToLines(form);
}
