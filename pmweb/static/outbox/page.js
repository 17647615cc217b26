// The page's half: form[data-outbox="movein/12/item/37"] is captured, shown as it will be, and put right by the answer.
const outbox = (() => {
  const pill = document.getElementById("pill"), words = pill?.dataset ?? {};
  const channel = new BroadcastChannel("pmweb-outbox");
  const here = {}; // lane → what was captured last since this page was opened
  const armed = new Map(); // form that saves by itself → its timer
  const calm = (form) => {
    clearTimeout(armed.get(form));
    armed.delete(form);
    delete form.dataset.dirty;
  };
  const said = new WeakMap(); // form → what was captured of it last
  const stands = new WeakMap(); // form → which records it shows
  let chain = Promise.resolve(), writing = 0, tap = {}, touched = 0; // a page that has just opened counts as touched

  const uuid = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  const opened = uuid(); // the key of what a page makes once each time that it is opened
  const forms = () => document.querySelectorAll("form[data-outbox]");
  const path = (form) => form.getAttribute("action").split("?")[0];
  const lane = (form) => form.dataset.outbox || path(form).slice(1);
  const event = (target, name, detail) => target.dispatchEvent(new CustomEvent("outbox:" + name, { bubbles: true, detail }));
  const mine = async () => (await store.all()).filter((r) => r.uid === me);
  /** Code that few pages need, when it is needed; nothing where it cannot be had. */
  const part = async (name) => {
    try {
      if (!pmweb[name]) await import(words[name]);
    } catch {
      return undefined;
    }
    return pmweb[name];
  };
  const parsed = (html) => {
    const box = document.createElement("template");
    box.innerHTML = html;
    return box.content;
  };

  // --- capture: the fields are read at once, then written down, then sent
  const read = (form, button) => {
    const data = new FormData(form), fields = [], files = [];
    if (button?.name) data.append(button.name, button.value);
    for (const [name, value] of data) {
      if (value instanceof File) value.size && files.push({ field: name, file: value });
      else if (name !== "csrf_token" && name !== "_key") fields.push([name, value]);
    }
    return [fields, files];
  };
  const stored = async ({ field, file }) => {
    const small = /^image/.test(file.type) ? ((await (await part("photo"))?.(file)) ?? file) : file;
    return { field, name: small.name, type: small.type, bytes: await small.arrayBuffer() };
  };
  const named = (heading) => [...heading?.childNodes ?? []].filter((part) => !part.matches?.(".tag")).map((part) => part.textContent).join("").trim();
  /** In the words of the page: what a person would recognise on a list, or in the file of a rescue. */
  const told = (form, button) => [...form.elements].filter((e) => e.name && e.labels?.length && (/radio|checkbox/.test(e.type) ? e.checked : e.value) && e.type !== "file")
    .map((e) => [e.labels[0].textContent.trim(), e.selectedOptions?.[0]?.textContent.trim() ?? (/radio|checkbox/.test(e.type) ? "" : e.value)].filter(Boolean).join(" "))
    .concat(button?.textContent.trim() ?? []).join(" · ");
  const record = (form, url, lane, fields, nfiles, button) => ({
    id: form.dataset.once ? opened : "once" in form.dataset ? form.elements._key.value : uuid(), uid: me, lane, url, fields, nfiles, said: told(form, button), form: form.id,
    target: form.dataset.target ?? form.getAttribute("hx-target")?.slice(1) ?? form.id,
    page: location.pathname + location.search, label: [document.querySelector("h1"), form.querySelector("h3, h2")].map(named).filter(Boolean).join(" · "),
    at: new Date().toISOString(), status: PENDING,
  });

  /** Read at once; written down one after another, so that none overtakes another. */
  const capture = (form, button) => {
    const takesAway = button?.hasAttribute("formaction"), apart = form.hasAttribute("data-photos"), meant = button?.value;
    if (!takesAway) calm(form);
    const [fields, files] = read(form, button), chosen = [...form.querySelectorAll("input[type=file]")].map((input) => [input, [...input.files]]);
    const made = record(form, takesAway ? button.getAttribute("formaction") : form.getAttribute("action"), lane(form), fields, apart ? 0 : files.length, button);
    event(form, "captured", fields);
    if (apart && files.length) event(form, "photos");
    touched = performance.now();
    writing++;
    chain = chain.then(() => keep(form, made, files, apart)).catch(async ({ kept }) => {
      // no room on this device: send it now, or leave it in the form, and say nothing that is not true
      event(form, "lost", chosen);
      form.dataset.dirty = "";
      if (kept || !(await sender.ping())) return tellOnce("say-full");
      if (button) button.value = meant; // the page shows it as done already
      form.dataset.plain = "";
      form.requestSubmit(button?.form === form ? button : undefined);
      delete form.dataset.plain;
    }).finally(() => { writing--; });
  };
  /** The page makes one record, which waits already: the same again is nothing, another is said not to be kept. */
  const oneMore = async (form, made) => {
    const [waits] = (await mine()).filter((r) => r.id === made.id), words = (r) => JSON.stringify([r.url, r.nfiles, r.fields]);
    if (!waits || words(waits) === words(made)) return;
    form.dataset.dirty = "";
    tellOnce("say-waits");
  };
  const keep = async (form, made, files, apart) => {
    const words = made.url + JSON.stringify(made.fields);
    const again = said.get(form) === words && (await mine()).some((r) => r.lane === made.lane && r.url === made.url);
    if (again && !files.length) return; // said already
    let kept = false;
    try {
      if (!apart || !again) {
        const list = [];
        if (!apart) for (const one of files) list.push(await stored(one));
        await store.add(made, list);
        kept = true;
        said.set(form, words);
        here[made.lane] = made.id;
      }
      for (const one of apart ? files : []) {
        const photo = record(form, path(form) + "/photos", `${made.lane.replace(/\/[^/]+$/, "")}-photos/${uuid()}`, made.fields.filter(([name]) => name === "_estate"), 1);
        await store.add(photo, [await stored(one)]);
        kept = true;
      }
    } catch (error) {
      if (error.name === "ConstraintError") return oneMore(form, made);
      throw Object.assign(error, { kept });
    }
    event(form, "kept");
    await paint();
    sender.flush();
  };

  /** A notice of the page's own, once. */
  const tellOnce = (id) => {
    const words = document.getElementById(id);
    if (!words) return;
    document.querySelector(".flash").append(words.content); // beside what the server says, which replaces itself
    words.remove();
  };

  /** What was said stands in its form again. */
  const fill = (form, fields) => {
    if (form.matches("[data-dirty]") || form.contains(document.activeElement)) return;
    for (const e of form.elements) {
      const values = fields.filter(([name]) => name === e.name).map(([, value]) => value);
      if (/radio|checkbox/.test(e.type)) e.checked = values.includes(e.value);
      else if (!values.length || /hidden|file/.test(e.type)) continue;
      else if (e.matches("button")) e.setAttribute("aria-pressed", values.includes(e.value));
      else e.value = values.at(-1);
    }
  };

  // --- show: how each form will stand, how much waits
  const paint = async () => {
    const waiting = await mine(), lanes = new Map();
    for (const one of waiting) lanes.set(one.lane, [...(lanes.get(one.lane) ?? []), one]);
    for (const form of forms()) {
      const records = (lanes.get(lane(form)) ?? []).filter((r) => r.form === form.id), record = records.find((r) => r.status !== PENDING) ?? records.at(-1), state = record?.status ?? "";
      if (state || form.dataset.state) {
        form.dataset.state = state;
        form.style.setProperty("--say", JSON.stringify(words[state] ?? ""));
      }
      const sign = records.map((r) => r.seq).join();
      if (record && stands.get(form) !== sign) {
        event(form, "waiting", records.flatMap((r) => r.fields)); // of the same name, the last counts
        if (!form.matches(".item:not(.again)")) fill(form, records.at(-1).fields); // the sheet does that in its own way
      }
      stands.set(form, sign);
      const card = form.querySelector(".clash");
      if (state === CONFLICT || state === REJECTED) card ?? part("clash").then((clash) => clash?.show(form, record));
      else card?.remove();
    }
    event(document, "painted");
    if (!pill) return;
    const bad = waiting.filter((r) => r.status !== PENDING).length, n = waiting.length - bad;
    const state = bad ? "bad" : n ? { login: "login", offline: "offline" }[sender.state] ?? "wait" : "ok";
    pill.hidden = false;
    pill.dataset.state = /ok|bad/.test(state) ? state : "wait";
    const drawing = pill.querySelector("use"), sign = { ok: "check", bad: "alert", offline: "offline" }[state] ?? "cloud";
    drawing.setAttribute("href", drawing.getAttribute("href").replace(/#.*/, "#" + sign));
    pill.dataset.n = waiting.length;
    pill.href = state === "login" ? "/login?next=" + encodeURIComponent(location.pathname) : "/offline";
    if (waiting.some((r) => Date.now() - Date.parse(r.at) > 864e5)) tellOnce("say-old");
    const says = pill.querySelector("[role=status]"), text = words["say" + state].replace("@", bad || n);
    if (says.textContent !== text) says.textContent = text; // else a screen reader says it again
  };

  // --- answers: the parts of the page are replaced by their ids
  const fetched = async (url, record) => {
    try {
      const answer = await fetch(url, { headers: { "HX-Request": "true", "HX-Target": record.target, "HX-Current-URL": record.page }, signal: within(15_000) });
      return answer.ok && !answer.headers.has("HX-Redirect") ? await answer.text() : null;
    } catch {
      return null;
    }
  };
  const put = (html) => {
    for (const fresh of [...parsed(html).children]) {
      const old = document.getElementById(fresh.id);
      if (!old) continue;
      const held = old.contains(document.activeElement) ? document.activeElement : null;
      const chosen = [...old.querySelectorAll("input[type=file][id]")].filter((e) => e.files.length);
      fresh.removeAttribute("hx-swap-oob");
      old.replaceWith(fresh);
      for (const input of chosen) { // what a refusal sends back has no files
        const again = document.getElementById(input.id);
        if (!again) continue;
        again.files = input.files;
        again.dispatchEvent(new Event("change", { bubbles: true }));
      }
      window.htmx?.process(fresh);
      event(fresh, "shown");
      if (!held) continue;
      const caret = held.selectionStart, again = held.id ? document.getElementById(held.id) : [...fresh.querySelectorAll("button")].find((b) => b.textContent === held.textContent);
      again?.focus({ preventScroll: true });
      if (caret != null && again?.setSelectionRange) again.setSelectionRange(caret, held.selectionEnd);
    }
    event(document, "put");
  };
  /** Whether somebody is typing in what would be replaced, or something of it still waits. */
  const typing = (id) => {
    const box = document.getElementById(id);
    return !box || box.closest("[data-dirty]") || box.querySelector("[data-dirty], [data-state=pending]");
  };
  /** Nothing is replaced under a finger, or while it is written down. */
  const rested = async () => {
    while (writing || performance.now() - touched < 1000) await new Promise((done) => setTimeout(done, 200));
  };
  const refresh = async (url, record) => {
    const html = await fetched(url, record);
    await rested();
    const waiting = new Set((await mine()).map((r) => r.lane)), box = document.getElementById(record.target);
    if (!html || typing(record.target) || waiting.has(record.lane)) return;
    if ([...box.querySelectorAll("form[data-outbox]")].some((form) => waiting.has(lane(form)))) return;
    put(html);
    await paint();
  };

  /** One after another, when the finger rests: the page shows already what was tapped. */
  const answered = async (answers) => {
    for (const [record, see, said] of answers) {
      await rested();
      if (record.page.split("?")[0] !== location.pathname) continue;
      const last = here[record.lane] ?? record.id; // an older refusal says nothing of what was sent since
      const refused = record.code === 422 && last === record.id && parsed(record.html).getElementById(record.target);
      // the card of a line of the sheet has said so, and asks what becomes of it
      if (refused && !refused.matches(".item") && !typing(record.target)) put(record.html);
      else if (see && record.target && new URL(see, location).pathname === location.pathname) {
        await refresh(see, record);
        if (said) put(said);
      } else if (see && (here[record.lane] === record.id || !record.target) && !document.querySelector("[data-dirty]")) {
        sessionStorage.setItem("said", said);
        location.assign(see);
      }
    }
  };

  if (me && window.indexedDB) {
    document.addEventListener("submit", (event) => {
      const form = event.target, button = event.submitter;
      if (!form.matches("form[data-outbox]") || "plain" in form.dataset || event.defaultPrevented) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const word = lane(form) + button?.textContent + (button?.getAttribute("formaction") ?? ""), twice = tap.word === word && event.timeStamp - tap.at < 500;
      tap = { word, at: event.timeStamp };
      if (!twice) capture(form, button); // the same one twice was a trembling finger
    }, true);
    document.addEventListener("input", ({ target: { form } }) => { if (form?.matches("[data-outbox]")) form.dataset.dirty = ""; });
    // a form that saves by itself: what was chosen at once, what was typed after a pause, all of it before it is left
    for (const [name, after] of [["change", 200], ["input", 1500]]) {
      document.addEventListener(name, ({ target: { form } }) => {
        if (!form?.matches("[data-live]")) return;
        calm(form);
        form.dataset.dirty = "";
        armed.set(form, setTimeout(() => { if (form.isConnected) capture(form, null); }, after));
      });
    }
    const all = () => { for (const form of [...armed.keys()]) capture(form, null); };
    document.addEventListener("visibilitychange", () => { if (document.hidden) all(); });
    addEventListener("pagehide", all);
    document.addEventListener("pointerdown", () => { touched = performance.now(); }, { capture: true, passive: true });
    // a link waits until what was typed before it is written down
    document.addEventListener("click", async (event) => {
      const link = event.target.closest("a[href]:not([target])");
      if (!link || event.defaultPrevented || link.pathname === location.pathname || !(armed.size || writing)) return;
      event.preventDefault();
      all();
      await chain;
      location.assign(link.href);
    });
    channel.onmessage = ({ data }) => paint().then(() => answered(data));
    for (const name of ["online", "pageshow"]) addEventListener(name, () => sender.flush(name));
    document.addEventListener("visibilitychange", () => { if (!document.hidden) sender.flush(); });
    put(sessionStorage.getItem("said") ?? ""); // by the answer that led here
    sessionStorage.removeItem("said");
    addEventListener("beforeunload", (event) => { if (writing || armed.size) event.preventDefault(); });
    paint();
  }
  return { answered, paint, tell: (answers) => channel.postMessage(answers), mine, tellOnce, part, parsed, path, fetched, refresh };
})();
window.pmweb = { me, store, sender, outbox }; // for what is loaded later, and for tests
