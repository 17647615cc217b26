// The signature pad: strokes survive turning the tablet, an empty pad is not sent.
"use strict";
(() => {
  for (const part of document.querySelectorAll("[data-sign]")) {
    const canvas = part.querySelector("canvas"), frame = part.querySelector(".pad"), refusal = part.querySelector(".err");
    const pad = new SignaturePad(canvas, { penColor: "#14181f", minWidth: 1, maxWidth: 3.2, throttle: 8 });
    let strokes = []; // in the measure of the pad on which they were written first
    let first = null, scale = 1;

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
    pad.addEventListener("endStroke", () => {
      strokes = strokes.concat(scaled(pad.toData().slice(strokes.length), 1 / scale));
      describe();
    });
    part.querySelector("[data-clear]").addEventListener("click", () => {
      strokes = [];
      fit();
      describe();
    });
    new ResizeObserver(fit).observe(frame);

    document.addEventListener("submit", (event) => {
      if (event.target !== part.closest("form")) return;
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
})();
