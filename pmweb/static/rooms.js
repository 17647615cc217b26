// The sheet: the rail marks the room in sight; what was tapped is shown, opened and counted before the server answers.
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const rail = document.querySelector(".rooms"), rooms = () => $$("section[id^=room-]");

const look = () => {
  const all = rooms(), top = (room) => room.getBoundingClientRect().top;
  const seen = all.findLastIndex((room) => top(room) < innerHeight * 0.4);
  // at the end several rooms are in sight: the one asked for, else the last
  const atEnd = innerHeight + scrollY > document.documentElement.scrollHeight - 8;
  const asked = all.findIndex((room) => "#" + room.id === location.hash && top(room) > 0);
  const here = atEnd ? (asked < 0 ? all.length - 1 : asked) : Math.max(0, seen);
  for (const link of $$("a[href^='#']", rail)) {
    const current = link.hash === "#" + all[here].id;
    if (current && !link.hasAttribute("aria-current")) {
      link.setAttribute("aria-current", "true");
      rail.scrollTo(link.offsetLeft - rail.clientWidth / 3, link.offsetTop - rail.clientHeight / 3);
    } else if (!current) link.removeAttribute("aria-current");
  }
  for (const step of $$("[data-step]")) {
    const room = all[here + +step.dataset.step];
    if (step.dataset.step < 0) step.hidden = !room;
    const [hash, word] = step.first ??= [step.hash, step.textContent];
    step.hash = room?.id ?? hash;
    step.textContent = (room && step.dataset.word?.replace("@", room.querySelector("h2").textContent)) || word;
  }
};
for (const name of ["hashchange", "scroll", "outbox:put"]) addEventListener(name, look, { passive: true });
look();

// --- what a line says: pressed again, 合格 is taken back
const VERDICTS = ["ok", "defect", "not_applicable"];
const press = (form, mark) => $$(".seg button", form).forEach((button, i) => {
  const pressed = VERDICTS[i] === mark;
  button.setAttribute("aria-pressed", pressed);
  button.value = pressed && mark !== "defect" ? "not_tested" : VERDICTS[i];
});
/** Its detail, from the one that the page holds for all lines: a defect, or a test that has to wait. */
const open = (form, kind) => {
  const box = document.createElement("template"), id = form.id.slice(5);
  box.innerHTML = document.getElementById("detail-" + kind).innerHTML.replaceAll(`__${kind}__`, id);
  const detail = box.content.firstElementChild;
  if (!form.hasAttribute("data-m")) detail.querySelector("[name=value]")?.closest(".field").remove();
  detail.querySelector(".chips")?.append(...document.getElementById("reasons").content.children[form.dataset.r].cloneNode(true).children);
  if (kind === "defect") {
    form.dataset.live = form.dataset.photos = "";
    if (form.querySelector("h3 .tag:not(.wait)")) detail.querySelector("[name=severity]").value = "safety";
  }
  form.noValidate = true;
  if (!form.querySelector(".vh[name=save]")) { // what the Enter key does, instead of the first button, 合格
    const enter = detail.querySelector("[name=save]").cloneNode();
    enter.className = "vh";
    enter.tabIndex = -1;
    enter.ariaHidden = "true";
    form.prepend(enter);
  }
  form.querySelectorAll(":scope > :is(.detail, .quiet)").forEach((old) => old.remove());
  form.append(detail);
  detail.dispatchEvent(new CustomEvent("outbox:shown", { bubbles: true }));
};
const stand = (form, fields) => {
  const said = Object.fromEntries(fields), mark = said.mark;
  if (mark) press(form, mark);
  const detail = form.querySelector(".detail");
  if (mark === "defect" && !detail) open(form, "defect");
  else if (mark && mark !== "defect") detail?.remove();
  else if (!mark && "due_on" in said && !detail) open(form, "severity" in said ? "defect" : "wait");
  if (!mark && !("severity" in said) && said.note) form.dataset.waits = "";
  if (form.querySelector(".detail") && !("dirty" in form.dataset) && !form.contains(document.activeElement)) {
    for (const field of $$(".detail [name]:not(button, [type=file])", form)) if (field.name in said) field.value = said[field.name];
  }
};
/** 其余全部合格: what needs no instrument and is not marked on its own. */
const rest = (room) => {
  for (const form of $$(".item", room)) {
    if (!form.querySelector("[aria-pressed=true], h3 .tag, :scope > .quiet") && !("waits" in form.dataset)) press(form, "ok");
  }
};

// --- the counts, as the server will give them
const count = () => {
  const [doneAll, badAll, ready] = rooms().reduce(([n, m, k], room) => {
    const lines = $$(".item", room), bad = $$(".item .seg button:nth-child(2)[aria-pressed=true]", room).length;
    const done = lines.filter((form) => form.querySelector(".seg [aria-pressed=true]") || "waits" in form.dataset).length;
    room.querySelector(".head .n").textContent = `${done}/${lines.length}`;
    const figure = rail.querySelector(`[href="#${room.id}"] .n`);
    if (figure.textContent.match(/\d+\/\d+/)?.[0] !== `${done}/${lines.length}`) figure.textContent = `${done}/${lines.length}`;
    return [n + done, m + bad, k + (done === lines.length)];
  }, [0, 0, 0]);
  const figures = $$("#progress b"), total = $$(".item").length;
  [`${ready}/${rooms().length}`, `${doneAll}/${total}`, badAll].forEach((figure, i) => { figures[i].textContent = figure; });
  document.querySelector("#progress progress").value = doneAll;
};

const follow = ({ target, detail: fields }) => {
  if (target.matches(".item")) stand(target, fields);
  else if (/\/rest$/.test(target.action)) rest(target.closest("section"));
};
document.addEventListener("outbox:captured", follow);
document.addEventListener("outbox:waiting", follow);
document.addEventListener("outbox:painted", () => { if (document.querySelector(".walk [data-state=pending]")) count(); });
document.addEventListener("submit", (event) => {
  if (event.submitter?.name !== "wait" || !document.getElementById("detail-wait")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  open(event.target, "wait");
  event.target.dataset.dirty = ""; // nothing replaces it until it is said or let be
  event.target.querySelector(".detail [name=note]").focus();
}, true);
document.addEventListener("click", (event) => {
  if (!event.target.closest(".detail.wait a")) return;
  event.preventDefault();
  delete event.target.closest("form").dataset.dirty;
  event.target.closest(".detail").remove();
});
