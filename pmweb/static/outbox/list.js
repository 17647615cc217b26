// The page of the outbox: what waits on this device, to be sent, put right, given up or carried out by hand.
const { store, sender, outbox } = window.pmweb;
const list = document.getElementById("waiting"), shape = document.getElementById("one-record").content.firstElementChild;

let latest = 0;
const show = async () => {
  const turn = ++latest;
  const all = await store.all(), mine = await outbox.mine(), clash = await outbox.part("clash");
  if (turn !== latest) return; // what was read since is newer
  list.replaceChildren(...mine.map((record) => {
    const line = shape.cloneNode(true), part = (name) => line.querySelector(`[data-${name}]`);
    part("label").textContent = record.label;
    part("at").textContent = new Date(record.at).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });
    part("state").textContent = list.dataset[record.status];
    part("state").classList.add(record.status === "pending" ? "wait" : "bad");
    part("said").textContent = record.said ?? "";
    part("why").textContent = clash?.why(record).map((e) => e.textContent.trim()).join(" ") ?? "";
    part("page").href = record.page;
    const versioned = record.fields.some(([name]) => name === "_version");
    part("insist").hidden = record.status === "pending" || (record.status === "conflict" && !versioned); // then it is signed anew
    if (record.status === "conflict") part("insist").textContent = list.dataset.mine;
    line.addEventListener("click", async ({ target }) => {
      if (target.closest("[data-insist]")) await (record.status === "conflict" ? clash.insist(record) : store.change(record, { status: "pending", html: "" }));
      else if (target.closest("[data-drop]") && confirm(list.dataset.sure)) await clash.giveUp(record);
      else return;
      sender.flush();
      outbox.paint();
    });
    return line;
  }));
  const others = all.length - mine.length, words = document.getElementById("others");
  document.getElementById("nothing").hidden = mine.length > 0;
  document.querySelectorAll("[data-some]").forEach((e) => { e.hidden = !mine.length; });
  words.hidden = !others;
  words.lastChild.textContent = words.dataset.words.replace("@", others);
};

document.getElementById("send").addEventListener("click", () => sender.flush());
document.getElementById("export").addEventListener("click", async () => {
  const records = [];
  for (const record of await outbox.mine()) {
    const files = [];
    for (let i = 0; i < record.nfiles; i++) {
      const file = await store.file(record, i), reader = new FileReader();
      reader.readAsDataURL(new Blob([file.bytes], { type: file.type }));
      await new Promise((done) => { reader.onload = done; });
      files.push({ field: file.field, name: file.name, content: reader.result });
    }
    records.push({ ...record, html: undefined, files });
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(records, null, 1)], { type: "application/json" }));
  link.download = `pmweb-${new Date().toISOString().slice(0, 16).replace(/\D/g, "")}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
});
document.addEventListener("outbox:painted", show);
show();
