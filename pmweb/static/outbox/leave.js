// Signing out: what waits is sent first, stays for this person, or is given up; the pages taken along go.
const { store, sender, outbox, drafts, purge } = window.pmweb;
const asked = (n) => new Promise((done) => {
  const box = document.getElementById("say-leave").content.firstElementChild.cloneNode(true), words = box.querySelector("[data-n]");
  words.textContent = words.textContent.replace("@", n);
  document.body.append(box);
  box.addEventListener("click", ({ target }) => { if (target.value) box.close(target.value); });
  box.addEventListener("close", () => {
    box.remove();
    done(box.returnValue);
  });
  box.showModal();
});
window.pmweb.leave = async (form) => {
  const waiting = await outbox.mine().catch(() => []); // without a database there is nothing to ask
  const how = waiting.length ? await asked(waiting.length) : "keep";
  if (how === "send") sender.flush();
  if (how === "drop") for (const record of waiting) await store.drop(record);
  if (how !== "drop" && how !== "keep") return;
  drafts.forget((what) => how === "drop" || what === "strokes"); // nobody signs with what another wrote
  if (window.caches) await purge(false).catch(() => {});
  form.submit();
};
