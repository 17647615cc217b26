// What the office did not take: why, what stands there now, and what becomes of one's own.
const { store, sender, outbox } = window.pmweb;
const words = (form) => [form.querySelector("[aria-pressed=true]")?.textContent, ...[...form.querySelectorAll("textarea, [name=note]")].map((e) => e.value)].filter(Boolean).join(" · ");
/** The same form as it is now on the server. */
const now = async (record) => {
  const block = outbox.parsed((await outbox.fetched(record.page, record)) ?? "");
  return [...block.querySelectorAll("form")].find((form) => form.getAttribute("action") === record.url) ?? null;
};
/** The sentences of an answer. */
const why = (record) => {
  const said = (parts) => [...outbox.parsed(record.html ?? "").querySelectorAll(parts)], summary = said(".errs :is(h2, p, li)");
  return summary.length ? summary : said(".note.bad :is(b, p), .err:not([hidden])");
};
/** 保留我的: the same once more, on what stands there now. */
const insist = async (record) => {
  const version = (await now(record))?.elements._version?.value;
  if (!version) return;
  const fields = record.fields.map(([name, value]) => [name, name === "_version" ? version : value]);
  await store.change(record, { prev: "", fields, status: "pending", html: "" });
};
/** 不要我的: nor what followed from it. */
const giveUp = async (record) => {
  const with_it = record.status === "conflict" ? (await outbox.mine()).filter((one) => one.url === record.url && one.seq > record.seq) : [];
  for (const one of [record, ...with_it]) await store.drop(one);
};
const show = (form, record) => {
  if (form.querySelector(".clash")) return;
  const card = document.getElementById("say-clash").content.cloneNode(true).firstElementChild, box = card.querySelector("[data-why]");
  const keep = card.querySelector("[data-mine]"), leave = card.querySelector("[data-theirs]");
  box.replaceChildren(...why(record).map((said) => {
    const line = document.createElement(/^[bh]/i.test(said.tagName) ? "b" : "p");
    line.append(...[...said.childNodes].filter((part) => part.nodeName !== "svg"));
    return line;
  }));
  keep.hidden = record.status !== "conflict" || !form.elements._version;
  if (form.dataset.again) {
    leave.textContent = form.dataset.again;
    leave.classList.replace("quiet", "primary");
  }
  if (!keep.hidden) {
    now(record).then((theirs) => {
      const line = document.createElement("p"), said = theirs ? words(theirs) : "";
      line.textContent = card.dataset.said.replace("@", said);
      if (said) box.append(line);
    });
  }
  card.addEventListener("click", async ({ target }) => {
    const mine = target.closest("[data-mine]"), theirs = target.closest("[data-theirs]");
    if (!mine && !theirs) return;
    await (mine ? insist : giveUp)(record);
    form.dataset.state = "";
    await outbox.paint();
    if (theirs) form.dataset.target === "" ? location.reload() : outbox.refresh(location.href, record);
    sender.flush();
  });
  if (form.matches(".item")) form.insertBefore(card, form.querySelector(":scope > .detail"));
  else form.prepend(card);
};
window.pmweb.clash = { show, why, insist, giveUp };
