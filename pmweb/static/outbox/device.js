// Whose device this is: the service worker, the pages taken along, those of the person before, leaving.
(() => {
  const purge = async (others) => {
    for (const name of await caches.keys()) if (name.startsWith("pages-") && !(others && name === "pages-" + me)) await caches.delete(name);
    for (const key of Object.keys(localStorage)) if (key.startsWith("taken ") && !(others && key === "taken " + me)) localStorage.removeItem(key);
  };
  window.pmweb.purge = purge;
  if (!me) return;
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") !== "/logout") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    outbox.part("leave").then(async (leave) => {
      if (leave) return leave(event.target);
      await purge(false).catch(() => {});
      event.target.submit();
    });
  }, true);
  if (/MicroMessenger/.test(navigator.userAgent)) outbox.tellOnce("say-wechat"); // it forgets what is stored
  const offline = window.caches && navigator.serviceWorker;
  for (const box of document.querySelectorAll("[data-pack]")) {
    const button = box.querySelector("button"), words = box.querySelector("[role=status]");
    box.hidden = !window.indexedDB; // what was tapped there would be lost
    button.hidden = !offline;
    words.textContent = offline ? localStorage.getItem("taken " + me) : box.dataset.insecure;
    button.addEventListener("click", async () => {
      button.setAttribute("aria-busy", "true");
      await (await outbox.part("along"))?.(box, words);
      button.removeAttribute("aria-busy");
    });
  }
  if (!offline) return;
  purge(true);
  caches.open("pages-" + me).then(async (cache) => { if (!(await cache.match("/offline"))) await cache.add("/offline"); }).catch(() => {});
  caches.open("who").then((cache) => cache.put("/who", new Response(me)));
  navigator.storage?.persist?.();
  navigator.serviceWorker.register("/sw.js").then((registered) => {
    const offer = () => {
      if (!registered.waiting || !navigator.serviceWorker.controller) return;
      outbox.tellOnce("say-update");
      document.getElementById("update")?.addEventListener("click", () => {
        navigator.serviceWorker.addEventListener("controllerchange", () => location.reload()); // this tab only
        registered.waiting.postMessage("update");
      });
    };
    offer();
    registered.addEventListener("updatefound", () => registered.installing?.addEventListener("statechange", offer));
  }, () => {}); // no certificate that this browser trusts: the pages work online
})();
