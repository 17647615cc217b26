// What makes forms pleasant, and nothing that they need: every page works without this file.
"use strict";
(() => {
  const all = (selector, root = document) => root.querySelectorAll(selector);
  const within = (selector, root) => [...(root.matches?.(selector) ? [root] : []), ...all(selector, root)];

  // --- notices of a dead network or server; the server writes others itself
  const say = (id) => {
    const words = document.getElementById(id), flash = document.getElementById("flash");
    if (words && flash) flash.replaceChildren(words.content.cloneNode(true));
  };
  const on = (name, act) => document.addEventListener("htmx:" + name, act);
  on("sendError", () => say("say-offline"));
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
  // data-repeat: another button pressed meanwhile waits; the same one twice was a trembling finger
  const again = new Map();
  const dirty = new Set(); // forms with something that is not saved
  let last = {};
  const find = (id, word) => [...all(`[id="${id}"] button`)].find((b) => b.textContent === word);
  document.addEventListener("submit", (event) => {
    const form = event.target, stays = form.matches("[data-repeat]"), word = event.submitter?.textContent;
    const twice = stays && last.form === form.action && last.word === word && event.timeStamp - last.at < 500;
    if (busy.has(form) || twice) {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (stays && !twice) again.set(form.id, word);
      return;
    }
    last = { form: form.action, word, at: event.timeStamp };
    dirty.delete(form);
    setTimeout(() => {
      if (event.defaultPrevented) return; // taken
      work(form, event.submitter);
      setTimeout(rest, 15000, form);
    });
  }, true);
  // each capture has a key of its own
  const newKey = () => Date.now() + "-" + Math.random();
  on("configRequest", ({ detail }) => { if (detail.elt.matches("form[data-repeat]")) detail.parameters._key = newKey(); });
  on("beforeRequest", ({ detail }) => {
    const { submitter, target, type } = detail.requestConfig.triggeringEvent ?? {};
    if (detail.elt.matches("form")) work(detail.elt, type === "change" ? target.closest("label, .field") : submitter);
  });
  on("afterRequest", ({ detail }) => {
    [...busy.keys()].forEach((form) => { if (form === detail.elt || !form.isConnected) rest(form); });
    if (detail.xhr.status && detail.xhr.status < 400) return;
    again.delete(detail.elt.id);
    if (detail.elt.matches("form[method=post]")) dirty.add(detail.elt);
  });
  addEventListener("pageshow", () => [...busy.keys()].forEach(rest));
  // signed in beside this page: its forms have the new token
  document.addEventListener("new-token", ({ detail }) => all("[name=csrf_token]").forEach((e) => { e.value = detail.value; }));

  // --- answers: errors take the focus; chosen files and what was typed meanwhile come back with the form
  const mark = document.querySelector(".errs")?.dataset.title ?? "";
  const plain = document.title.startsWith(mark) ? document.title.slice(mark.length) : document.title;
  const kept = new Map();
  let typed = [], beside = [], pressed = null;
  on("beforeSwap", ({ detail }) => {
    const { elt, requestConfig } = detail, stays = elt.matches("[data-repeat]");
    typed = stays ? [...elt.elements].filter((e) => e.id && e.name && e.type !== "file" && requestConfig.formData.get(e.name) !== e.value) : [];
    pressed = stays && elt.contains(document.activeElement) && !document.activeElement.id ? document.activeElement.textContent : null;
    // what was typed in other forms of the part that is swapped stays there, too
    const others = [...dirty].filter((form) => form !== elt && detail.target.contains(form)).flatMap((form) => [...form.elements]);
    beside = others.filter((e) => e.id && e.type !== "file" && e.value !== e.defaultValue);
    kept.clear();
    if (detail.xhr.status !== 422) return;
    for (const input of within("input[type=file][id]", detail.target)) if (input.files.length) kept.set(input.id, input.files);
  });
  on("afterSettle", ({ target, detail }) => {
    begin(target);
    for (const [id, files] of kept) {
      const input = document.getElementById(id);
      if (input) { input.files = files; show(input); }
    }
    for (const old of beside.splice(0)) {
      const field = document.getElementById(old.id);
      if (field && field !== old) { field.value = old.value; dirty.add(field.form); }
    }
    for (const old of typed.splice(0)) {
      const field = document.getElementById(old.id), tell = (name) => field.dispatchEvent(new Event(name, { bubbles: true }));
      if (!field) continue;
      field.value = old.value;
      tell("input");
      if (field === document.activeElement) field.addEventListener("blur", () => tell("change"), { once: true });
      else tell("change");
    }
    for (const [id, word] of again) {
      again.delete(id);
      const button = find(id, word);
      if (button?.ariaPressed !== "true") button?.click();
    }
    const summary = within(".errs", target)[0], button = pressed && find(detail.elt.id, pressed);
    document.querySelector("#flash .note")?.scrollIntoView({ block: "nearest" });
    document.title = (summary?.dataset.title ?? "") + plain;
    if (summary) {
      summary.focus();
      within("form[method=post]", target).forEach((form) => dirty.add(form));
    } else if (button) button.focus({ preventScroll: true });
    else if (document.activeElement === document.body && detail.requestConfig?.verb === "post") {
      const there = document.getElementById(detail.target.id) ?? target;
      there.tabIndex = -1;
      there.focus({ preventScroll: true });
    }
  });

  // --- leaving asks first while something is not saved; a line of the sheet is saved in silence
  const asks = (form) => !form.matches("[data-repeat]") || [...form.elements].some((e) => e.files?.length);
  const keep = (form) => {
    if (!dirty.has(form) || !form.isConnected || asks(form)) return;
    const body = new FormData(form);
    body.set("_key", newKey());
    fetch(form.action, { method: "POST", body, keepalive: true, redirect: "manual" }).then((answer) => { if (answer.status >= 400) dirty.add(form); }, () => dirty.add(form));
    dirty.delete(form);
  };
  document.addEventListener("input", ({ target: { form } }) => {
    if (form?.method !== "post") return;
    dirty.add(form);
    form.querySelector("[data-saved]")?.replaceChildren();
    setTimeout(keep, 1500, form);
  });
  addEventListener("beforeunload", (event) => { if ([...dirty].some((form) => form.isConnected && asks(form))) event.preventDefault(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) dirty.forEach(keep); });

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

  // --- parts of a form that only one answer needs: data-if="caller=other"
  const fits = (part) => {
    const [name, values] = part.dataset.if.split("="), form = part.closest("form");
    const given = new FormData(form).getAll(name);
    part.hidden = !values.split("|").some((v) => given.includes(v));
  };

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
    const ticks = target.closest("[data-ticks]");
    if (ticks) {
      const boxes = [...ticks.form.elements].filter((e) => e.name === ticks.dataset.ticks && !e.disabled);
      const state = boxes.some((e) => !e.checked);
      boxes.forEach((e) => { e.checked = state; });
      boxes[0]?.dispatchEvent(new Event("change", { bubbles: true }));
    }
    if (target.closest("[data-print]")) print();
  });
  document.addEventListener("input", ({ target }) => all("[data-fills]").forEach((box) => { if (note(box) === target) press(box); }));
  document.addEventListener("change", ({ target }) => {
    if (target.type === "file" && target.closest(".slot")) hold(target, [...(files.get(target) ?? []), ...target.files]);
    else if (target.type === "file") show(target);
    if (target.form) all("[data-if]", target.form).forEach(fits);
  });

  const begin = (root) => {
    within("[data-ticks], [data-print]", root).forEach((e) => { e.hidden = false; });
    within("[data-fills]", root).forEach((box) => { if (note(box)) { box.hidden = false; press(box); } });
    within("[data-if]", root).forEach(fits);
  };
  begin(document);
  document.querySelector(".rail [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  document.querySelector(".errs")?.focus();
})();
