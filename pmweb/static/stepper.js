// One more, one less: buttons beside a small number. The field is typed into where this file does not run.
(() => {
  const begin = () => document.querySelectorAll("[data-add]").forEach((button) => { button.hidden = false; });
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-add]");
    if (!button) return;
    const field = button.parentElement.querySelector("input");
    if (button.dataset.add > 0) field.stepUp();
    else field.stepDown();
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.addEventListener("htmx:afterSettle", begin);
  begin();
})();
