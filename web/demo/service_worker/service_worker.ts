/**
 * Keeps the page's files, so that it works without a network: the page itself from the first visit on,
 * runtime, maps' models and example once they were asked for. Every file but the page has a name of its own
 * for each content, so what is kept never has to be asked for again.
 */

export {};

declare const self: ServiceWorkerGlobalScope;

/** Names of files relative to the page; the build writes both lists here. */
declare const __SHELL__: readonly string[];
declare const __LOADED_LATER__: readonly string[];
/** Another one for each content of the page. */
declare const __BUILD__: string;

const PREFIX = `${self.registration.scope} `;
const CACHE = PREFIX + __BUILD__;
const PAGE = new URL("./", self.registration.scope).href;

const hrefs = (names: readonly string[]) =>
  names.map((name) => new URL(name, self.registration.scope).href);
const SHELL = [PAGE, ...hrefs(__SHELL__)];
const LATER = new Set(hrefs(__LOADED_LATER__));
const KEPT = new Set([...SHELL, ...LATER]);

self.addEventListener("install", (event) => event.waitUntil(keepShell()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  const url = new URL(event.request.url);
  url.search = url.hash = "";
  if (event.request.mode === "navigate" && url.href === new URL("index.html", PAGE).href) {
    url.pathname = new URL(PAGE).pathname;
  }
  if (KEPT.has(url.href)) event.respondWith(keptOrLoaded(url.href, event.request));
});

async function keepShell(): Promise<void> {
  const cache = await caches.open(CACHE);
  // Past the browser's own cache: an old page beside new files would not find them.
  await cache.addAll(SHELL.map((url) => new Request(url, { cache: "no-cache" })));
}

/** What was loaded by an older build and is the same in this one stays. */
async function takeOver(): Promise<void> {
  const cache = await caches.open(CACHE);
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX) || name === CACHE) continue;
    const older = await caches.open(name);
    for (const request of await older.keys()) {
      const response = LATER.has(request.url) && (await older.match(request));
      if (response) await cache.put(request, response);
    }
    await caches.delete(name);
  }
  await self.clients.claim();
}

async function keptOrLoaded(url: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(url);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(url, response.clone());
  return response;
}
