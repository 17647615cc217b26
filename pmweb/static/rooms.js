// The room in sight is marked in the rail, and the dock leads to the one before it and the one after it.
"use strict";
(() => {
  let chosen = null;
  const look = () => {
    const rooms = [...document.querySelectorAll("section[id^=room-]")], rail = document.querySelector(".rooms");
    const atEnd = innerHeight + scrollY > document.documentElement.scrollHeight - 8;
    const seen = rooms.findLastIndex((room) => room.getBoundingClientRect().top < innerHeight * 0.4);
    const here = Math.max(0, atEnd && chosen ? rooms.findIndex((room) => room.id === chosen) : seen);
    for (const link of rail.querySelectorAll("a[href^='#']")) {
      const current = link.hash === "#" + rooms[here].id;
      if (current && !link.hasAttribute("aria-current")) {
        link.setAttribute("aria-current", "true");
        rail.scrollTo(link.offsetLeft - rail.clientWidth / 3, link.offsetTop - rail.clientHeight / 3);
      } else if (!current) link.removeAttribute("aria-current");
    }
    for (const step of document.querySelectorAll("[data-step]")) {
      const room = rooms[here + +step.dataset.step];
      if (step.dataset.step < 0) step.hidden = !room;
      if (!room) continue;
      step.hash = room.id;
      if (step.dataset.word) step.textContent = step.dataset.word.replace("@", room.querySelector("h2").textContent);
    }
  };
  addEventListener("hashchange", () => {
    chosen = location.hash.slice(1);
    look();
  });
  addEventListener("scroll", look, { passive: true });
  document.addEventListener("htmx:afterSettle", look);
  look();
})();
