// What makes forms pleasant, and nothing that they need: every page works without this file.
(() => {
  const all = (selector, root = document) => root.querySelectorAll(selector);
  const within = (selector, root) => [...(root.matches?.(selector) ? [root] : []), ...all(selector, root)];

  // --- notices of a dead network or server; the server writes others itself
  const say = (id) => {
    const words = document.getElementById(id), flash = document.getElementById("flash");
    if (words && flash) flash.replaceChildren(words.content.cloneNode(true));
  };
  const on = (name, act) => document.addEventListener("htmx:" + name, act);
  on("sendError", ({ target }) => target.closest("form[data-outbox]") || say("say-offline")); // there nothing is lost
  on("timeout", () => say("say-offline"));
  on("beforeSwap", ({ detail }) => {
    if (detail.xhr.status < 400 || detail.xhr.status === 422) return;
    detail.shouldSwap = detail.xhr.getResponseHeader("HX-Retarget") === "#flash";
    if (!detail.shouldSwap) say("say-fault");
  });

  // --- busy: the button that was pressed says so, and a second press does nothing
  const busy = new Map();
  const rest = (form) => {
    busy.get(form)?.removeAttribute("aria-busy");
    busy.delete(form);
  };
  const work = (form, button) => {
    busy.set(form, button ?? form.querySelector("button:not([type=button])"));
    busy.get(form)?.setAttribute("aria-busy", "true");
  };
  const dirty = new Set(); // forms with something that is not saved
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (busy.has(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    dirty.delete(form);
    setTimeout(() => {
      if (event.defaultPrevented) return; // taken
      work(form, event.submitter);
      setTimeout(rest, 15000, form);
    });
  }, true);
  on("beforeRequest", ({ detail }) => {
    const { submitter, target, type } = detail.requestConfig.triggeringEvent ?? {};
    if (detail.elt.matches("form")) work(detail.elt, type === "change" ? target.closest("label, .field") : submitter);
  });
  on("afterRequest", ({ detail }) => {
    [...busy.keys()].forEach((form) => { if (form === detail.elt || !form.isConnected) rest(form); });
    if (detail.xhr.status && detail.xhr.status < 400) return;
    if (detail.elt.matches("form[method=post]")) dirty.add(detail.elt);
  });
  addEventListener("pageshow", () => [...busy.keys()].forEach(rest));
  // signed in beside this page: its forms have the new token
  document.addEventListener("new-token", ({ detail }) => all("[name=csrf_token]").forEach((e) => { e.value = detail.value; }));

  // --- answers: errors take the focus; chosen files and what was typed elsewhere come back with the form
  const mark = document.querySelector(".errs")?.dataset.title ?? "";
  const plain = document.title.replace(mark, "");
  const kept = new Map();
  let beside = [];
  on("beforeSwap", ({ detail }) => {
    // what was typed in other forms of the part that is swapped stays there
    const others = [...dirty].filter((form) => form !== detail.elt && detail.target.contains(form)).flatMap((form) => [...form.elements]);
    beside = others.filter((e) => e.id && e.type !== "file" && e.value !== e.defaultValue);
    kept.clear();
    if (detail.xhr.status !== 422) return;
    for (const input of within("input[type=file][id]", detail.target)) if (input.files.length) kept.set(input.id, input.files);
  });
  const shown = (target, posted) => {
    begin(target);
    for (const [id, files] of kept) {
      const input = document.getElementById(id);
      if (input) { input.files = files; show(input); }
    }
    for (const old of beside.splice(0)) {
      const field = document.getElementById(old.id);
      if (field && field !== old) { field.value = old.value; dirty.add(field.form); }
    }
    const summary = within(".errs", target)[0];
    document.querySelector("#flash .note")?.scrollIntoView({ block: "nearest" });
    document.title = (summary?.dataset.title ?? "") + plain;
    if (summary) {
      summary.focus();
      within("form[method=post]", target).forEach((form) => dirty.add(form));
    } else if (posted && document.activeElement === document.body) {
      target.tabIndex = -1;
      target.focus({ preventScroll: true });
    }
  };
  on("afterSettle", ({ target, detail }) => shown(document.getElementById(detail.target.id) ?? target, detail.requestConfig?.verb === "post"));
  document.addEventListener("outbox:shown", ({ target }) => shown(target));

  // --- leaving asks first while something is not saved; a form that saves by itself is kept by the outbox
  document.addEventListener("input", ({ target: { form } }) => {
    if (form?.method !== "post" || form.matches("[data-live]")) return;
    dirty.add(form);
    form.querySelector("[data-saved]")?.replaceChildren();
  });
  document.addEventListener("outbox:captured", ({ target }) => dirty.delete(target));
  addEventListener("beforeunload", (event) => { if ([...dirty].some((form) => form.isConnected)) event.preventDefault(); });

  // --- reasons: a tap writes the word into the note, another takes it out again
  const note = (box) => document.getElementById(box.dataset.fills);
  const press = (box) => all("button", box).forEach((b) => b.setAttribute("aria-pressed", note(box).value.includes(b.textContent.trim())));
  const fill = (box, word) => {
    const field = note(box), parts = field.value.split(/[；;]\s*/).filter(Boolean);
    const next = parts.includes(word) ? parts.filter((p) => p !== word) : [...parts, word];
    field.value = field.value.includes(word) && !parts.includes(word) ? field.value.replace(word, "") : next.join("；");
    for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
  };

  // --- files: what was chosen is seen; a second photo joins the first
  const files = new WeakMap();
  const show = (input) => {
    const holder = input.closest(".photos");
    if (!holder) {
      const name = input.closest("label")?.querySelector("[data-name]");
      if (name) name.textContent = input.files.length ? name.dataset.name + [...input.files].map((f) => f.name).join("、") : "";
      return;
    }
    all(`[data-of="${input.id}"]`, holder).forEach((old) => { URL.revokeObjectURL(old.querySelector("img").src); old.remove(); });
    const words = document.getElementById("say-chosen").content;
    [...input.files].forEach((file, i) => {
      const figure = words.firstElementChild.cloneNode(true), img = figure.querySelector("img");
      figure.dataset.of = input.id;
      figure.dataset.i = i;
      img.src = URL.createObjectURL(file);
      img.alt = file.name;
      holder.insertBefore(figure, holder.querySelector(".slot"));
    });
    files.set(input, input.files);
  };
  const hold = (input, list) => {
    const transfer = new DataTransfer();
    list.forEach((file) => transfer.items.add(file));
    if (list.length > 1) input.multiple = true;
    input.files = transfer.files;
    show(input);
  };

  // captured by the outbox: they wait as photos of their own
  document.addEventListener("outbox:photos", ({ target }) => {
    for (const input of all("input[type=file]", target)) {
      all(`[data-of="${input.id}"]`, target).forEach((figure) => {
        figure.removeAttribute("data-of");
        figure.dataset.writes = "";
        figure.querySelector("button").remove();
        figure.querySelector("figcaption").lastChild.textContent = document.getElementById("pill").dataset.pending;
      });
      files.delete(input);
      input.value = "";
    }
  });

  document.addEventListener("outbox:kept", ({ target }) => all("[data-writes]", target).forEach((e) => e.removeAttribute("data-writes")));
  document.addEventListener("outbox:lost", ({ target, detail }) => { // no room on the device: they are still chosen, no more
    all("[data-writes]", target).forEach((e) => e.remove());
    for (const [input, list] of detail) if (list.length) hold(input, list);
  });

  // --- parts of a form that only one answer needs: data-if="caller=other"
  const fit = () => all("[data-if]").forEach((part) => {
    const [name, values] = part.dataset.if.split("="), given = new FormData(part.closest("form")).getAll(name);
    part.hidden = !values.split("|").some((v) => given.includes(v));
  });

  document.addEventListener("click", (event) => {
    const { target } = event;
    if (target.closest("[data-close]") && history.length === 1) { // opened beside the page to which it leads
      event.preventDefault();
      close();
    }
    const chip = target.closest("[data-fills] button");
    if (chip) fill(chip.closest("[data-fills]"), chip.textContent.trim());
    const off = target.closest("[data-of] button");
    if (off) {
      const figure = off.closest("[data-of]"), input = document.getElementById(figure.dataset.of);
      hold(input, [...input.files].filter((_, i) => i !== +figure.dataset.i));
      input.focus();
    }
    if (target.closest("[data-print]")) print();
  });
  document.addEventListener("input", ({ target }) => all("[data-fills]").forEach((box) => { if (note(box) === target) press(box); }));
  document.addEventListener("change", ({ target }) => {
    if (target.type === "file" && target.closest(".slot")) hold(target, [...(files.get(target) ?? []), ...target.files]);
    else if (target.type === "file") show(target);
    fit();
  });
  document.addEventListener("outbox:painted", fit);

  const begin = (root) => {
    within("[data-print]", root).forEach((e) => { e.hidden = false; });
    within("[data-fills]", root).forEach((box) => { if (note(box)) { box.hidden = false; press(box); } });
    fit();
  };
  begin(document);
  for (const here of all(".rail [aria-current], .chips.s [aria-current]")) here.scrollIntoView({ block: "nearest", inline: "center" });
  document.querySelector(".errs")?.focus();
})();
