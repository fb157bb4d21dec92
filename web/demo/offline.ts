/** The page without a network: its service worker keeps what the page loads. */

// A browser that does not start it in this time shows the page without.
const PATIENCE_MS = 4000;

/**
 * Until the service worker stands between page and network, so that whatever is loaded from now on is
 * kept; the page works without it too, e.g. where a browser's private windows have none.
 */
export async function untilKept(): Promise<void> {
  const workers = navigator.serviceWorker;
  if (!workers || workers.controller) return;
  const isControlled = new Promise<void>((resolve) => {
    workers.addEventListener("controllerchange", () => resolve(), { once: true });
  });
  try {
    await workers.register(new URL("service-worker.js", document.baseURI));
  } catch {
    return;
  }
  await Promise.race([isControlled, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
}
