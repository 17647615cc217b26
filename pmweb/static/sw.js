// Pages without signal: the network first, then what this person took along. Only GET: a POST belongs to the outbox.
// The first line of what is served names VERSION and SHELL, the files of ours that every page needs.
"use strict";
const STATIC = "static-" + VERSION;
const PATIENCE = 6000;
const GATEWAY = [502, 503, 504]; // something stands before the office that is not there

addEventListener("install", (event) => event.waitUntil(caches.open(STATIC).then((cache) => cache.addAll(SHELL))));
addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("static-") && name !== STATIC) await caches.delete(name);
  await clients.claim();
})()));
// a new version waits until the person says so; never in the middle of a form
addEventListener("message", ({ data }) => { if (data === "update") skipWaiting(); });

const kept = async (request) => {
  const who = await (await caches.match("/who"))?.text(), pages = await caches.open("pages-" + who);
  return (await pages.match(request, { ignoreSearch: true, ignoreVary: true })) ?? (await pages.match("/offline", { ignoreVary: true }));
};
/** The network within six seconds, else what was taken along, else the network however long it takes. */
const opened = async (request) => {
  const coming = fetch(request).catch(() => null);
  const first = await Promise.race([coming, new Promise((done) => setTimeout(done, PATIENCE, null))]);
  if (first && !GATEWAY.includes(first.status)) return first;
  return (await kept(request)) ?? (await coming) ?? Response.error();
};
/** A page that was taken along before an upgrade names the files of that day. */
const file = async (request) => {
  const there = await caches.match(request, { ignoreVary: true });
  return there ?? fetch(request).catch(async () => (await caches.match(request, { ignoreSearch: true, ignoreVary: true })) ?? Response.error());
};

addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
  else if (request.mode === "navigate") event.respondWith(opened(request));
});
