// 带上离线包: the pages of today, or of one matter, into this person's own cache, one after another.
const { me } = window.pmweb;
const LIST = "/taken-along";
const take = async (url, whole, progress) => {
  const wanted = await (await fetch(url, { cache: "no-store" })).json(), cache = await caches.open("pages-" + me);
  const known = (await (await cache.match(LIST))?.json()) ?? {}, now = whole ? {} : { ...known };
  for (const [i, page] of wanted.entries()) {
    progress(i, wanted.length);
    if (!page.version || known[page.url] !== page.version || !(await cache.match(page.url))) {
      const answer = await fetch(page.url, { cache: "no-store", headers: { "X-Take-Along": "1" } });
      if (!answer.ok || answer.redirected) {
        if (await cache.match(page.url)) now[page.url] = "";
        continue;
      }
      await cache.put(page.url, answer);
    }
    now[page.url] = page.version;
  }
  for (const gone of Object.keys(known)) if (!(gone in now)) await cache.delete(gone);
  await cache.put(LIST, new Response(JSON.stringify(now)));
  return Object.keys(now).length;
};
/** What stands beside the button says how far it is, and then how many there are, since when. */
window.pmweb.along = async ({ dataset }, words) => {
  const at = new Date().toLocaleTimeString(document.documentElement.lang, { timeStyle: "short" });
  try {
    const n = await take(dataset.pack, !dataset.pack.includes("?"), (i, all) => { words.textContent = `${i}/${all}`; });
    localStorage.setItem("taken " + me, words.textContent = dataset.done.replace("@", n).replace("@", at));
  } catch {
    words.textContent = dataset.failed;
  }
};
