// The rail marks the room in sight; the dock leads to its neighbours.
"use strict";
(() => {
  const look = () => {
    const rooms = [...document.querySelectorAll("section[id^=room-]")], rail = document.querySelector(".rooms");
    const top = (room) => room.getBoundingClientRect().top;
    const seen = rooms.findLastIndex((room) => top(room) < innerHeight * 0.4);
    // at the end several rooms are in sight: the one asked for, else the last
    const atEnd = innerHeight + scrollY > document.documentElement.scrollHeight - 8;
    const asked = rooms.findIndex((room) => "#" + room.id === location.hash && top(room) > 0);
    const here = atEnd ? (asked < 0 ? rooms.length - 1 : asked) : Math.max(0, seen);
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
      const [hash, word] = step.first ??= [step.hash, step.textContent];
      step.hash = room?.id ?? hash;
      step.textContent = (room && step.dataset.word?.replace("@", room.querySelector("h2").textContent)) || word;
    }
  };
  for (const name of ["hashchange", "scroll", "htmx:afterSettle"]) addEventListener(name, look, { passive: true });
  look();
})();
