// The designer's forms: a bundle is dropped or chosen, a row for another place is added. Without it the forms work as they are.
for (const form of document.querySelectorAll<HTMLFormElement>("[data-drop]")) {
  const file = form.querySelector<HTMLInputElement>("input[type=file]");
  const said = form.querySelector<HTMLElement>("[data-drop-said]");
  const send = form.querySelector<HTMLButtonElement>("button[type=submit]");
  if (!file || !said || !send) continue;
  const hint = said.textContent;
  let depth = 0;

  const show = () => {
    const chosen = file.files?.[0];
    const tooLarge = chosen !== undefined && chosen.size > Number(form.dataset.most);
    file.setCustomValidity(tooLarge ? (form.dataset.tooLarge ?? "") : "");
    form.classList.toggle("drop-chosen", chosen !== undefined && !tooLarge);
    form.classList.toggle("drop-wrong", tooLarge);
    if (tooLarge) said.textContent = form.dataset.tooLarge ?? "";
    else said.textContent = chosen ? `${chosen.name} · ${size(chosen.size)}` : hint;
  };

  file.addEventListener("change", show);
  form.addEventListener("dragenter", (event) => {
    event.preventDefault();
    depth += 1;
    form.classList.add("drop-over");
  });
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("dragleave", () => {
    depth -= 1;
    form.classList.toggle("drop-over", depth > 0);
  });
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    form.classList.remove("drop-over");
    if (event.dataTransfer?.files.length) {
      file.files = event.dataTransfer.files;
      show();
    }
  });
  form.addEventListener("submit", () => {
    send.setAttribute("aria-disabled", "true");
    form.classList.add("drop-sending");
    said.textContent = form.dataset.sending ?? "";
  });
  window.addEventListener("pageshow", () => {
    send.removeAttribute("aria-disabled");
    form.classList.remove("drop-sending");
    show();
  });
}

for (const form of document.querySelectorAll<HTMLFormElement>("[data-rows]")) {
  const add = form.querySelector<HTMLButtonElement>("[data-add]");
  if (!add) continue;
  add.hidden = false;
  add.addEventListener("click", () => {
    const rows = form.querySelectorAll<HTMLElement>("[data-row]");
    const last = rows[rows.length - 1];
    if (!last) return;
    const row = last.cloneNode(true) as HTMLElement;
    const place = row.querySelector("select");
    if (place) place.value = "";
    last.after(row);
    place?.focus();
  });
}

function size(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
