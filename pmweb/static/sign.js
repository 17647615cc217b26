// The signature pad: strokes survive turning the tablet and a reload, an empty pad is not sent; the page without signal.
(() => {
  const uid = document.body.dataset.uid, forms = [...document.querySelectorAll("form[data-outbox]")];
  const SHAPE = `strokes ${uid} ${location.pathname} `;
  for (const part of document.querySelectorAll("[data-sign]")) {
    const canvas = part.querySelector("canvas"), frame = part.querySelector(".pad"), refusal = part.querySelector(".err");
    const pad = new SignaturePad(canvas, { penColor: "#14181f", minWidth: 1, maxWidth: 3.2, throttle: 8 });
    const form = part.closest("form"), { seen, side } = form.elements;
    const draft = () => `${SHAPE}${seen.value} ${side.value} ${form.elements.signer.value}`; // of this person on these papers
    let strokes = []; // in the measure of the pad on which they were written first
    let first = null, scale = 1;

    const forget = (but) => { for (const key of Object.keys(localStorage)) if (key.startsWith(SHAPE) && key !== but) localStorage.removeItem(key); };
    const remember = () => {
      try {
        if (strokes.length) localStorage.setItem(draft(), JSON.stringify([first, strokes]));
        else forget();
      } catch {
        // no room: they stay on the pad alone
      }
    };
    const scaled = (groups, k) => groups.map((g) => ({ ...g, points: g.points.map((p) => ({ ...p, x: p.x * k, y: p.y * k })) }));
    const describe = () => {
      const empty = !strokes.length;
      frame.setAttribute("aria-label", empty ? frame.dataset.empty : frame.dataset.full);
      if (!empty) refusal.hidden = true;
    };
    const fit = () => {
      const { width, height } = frame.getBoundingClientRect(), dots = Math.min(devicePixelRatio || 1, 2);
      if (!width) return;
      if (!strokes.length) first = { width, height };
      scale = Math.min(1, width / first.width, height / first.height);
      canvas.width = width * dots;
      canvas.height = height * dots;
      canvas.getContext("2d").scale(dots, dots);
      pad.clear();
      pad.fromData(scaled(strokes, scale), { clear: false });
    };
    const begin = (kept) => {
      [first, strokes] = JSON.parse(kept ?? "[null, []]");
      fit();
      describe();
      remember();
    };
    pad.addEventListener("endStroke", () => {
      strokes = strokes.concat(scaled(pad.toData().slice(strokes.length), 1 / scale));
      describe();
      remember();
    });
    part.querySelector("[data-clear]").addEventListener("click", () => begin());
    // somebody else writes a name of their own
    form.addEventListener("change", ({ target }) => { if (target.name === "signer") begin(); });
    document.querySelector(".back").addEventListener("click", () => forget());
    document.addEventListener("outbox:kept", () => forget());
    forget(draft());
    begin(localStorage.getItem(draft()));
    new ResizeObserver(fit).observe(frame);

    document.addEventListener("submit", (event) => {
      if (event.target !== form) return;
      if (!strokes.length) {
        event.preventDefault();
        event.stopImmediatePropagation();
        refusal.hidden = false;
        refusal.scrollIntoView({ block: "center" });
        return;
      }
      part.querySelector("[data-strokes]").value = JSON.stringify({ width: first.width, height: first.height, groups: strokes });
      part.querySelector("[data-png]").value = canvas.toDataURL("image/png");
    }, true);
  }
  // what the other two ways need is asked for here: without signal nobody else would before the owner has gone
  for (const field of document.querySelectorAll(".two :is([name=photo], [name=reason], [name=witness])")) field.required = true;
  document.addEventListener("submit", (event) => {
    if (!forms.includes(event.target) || event.target.reportValidity()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  // what was signed is not signed again while it waits; what was not taken says so in its form
  document.addEventListener("outbox:painted", () => {
    const waits = forms.find((form) => form.dataset.state), pending = waits?.dataset.state === "pending";
    for (const part of document.querySelectorAll("[data-sign], .dock")) part.hidden = waits;
    for (const part of document.querySelectorAll("details")) {
      const own = part.contains(waits) && !pending;
      part.hidden = waits && !own;
      part.open ||= own;
    }
    document.getElementById("signed").hidden = !pending || waits.id === "refusal-form";
    document.getElementById("declined").hidden = !pending || waits.id !== "refusal-form";
  });
  // the page is there again without signal
  if (uid && window.caches) {
    fetch(location.href, { headers: { "X-Take-Along": "1" } }).then(async (answer) => {
      if (answer.ok && !answer.redirected) await (await caches.open("pages-" + uid)).put(location.href, answer);
    }).catch(() => {});
  }
})();
