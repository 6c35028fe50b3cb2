// Copies what a button names; without a clipboard the buttons stay hidden and the text can be selected.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy ?? "");
      const said = document.createElement("span");
      said.className = "copy-said";
      said.setAttribute("role", "status");
      said.textContent = button.dataset.done ?? "";
      button.after(said);
      setTimeout(() => said.remove(), 1600);
    });
  }
}
