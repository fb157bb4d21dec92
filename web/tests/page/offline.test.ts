/** The page without a network, installed, and made newer. */

import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { photo } from "./picture.js";
import { choose, inFolder, launch, serve, verdict, visit } from "./visit.js";

const PHOTO = photo();
const BUILD = "build/page";

let browser: Browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

async function look(page: Page): Promise<void> {
  await choose(page, PHOTO);
  await verdict(page, /The subject is sharp/);
}

test("the second visit needs no network, whatever was done at the first", async () => {
  const server = await serve();
  try {
    await visit(browser, server.url, async ({ page }) => {
      await page.locator("dt", { hasText: "Runs on" }).waitFor({ state: "attached" });
      // Not only the browser's word: there is no server any more.
      await server.close();
      await page.context().setOffline(true);
      await page.reload();
      await look(page);
      await page.goto(`${server.url}index.html?again`);
      await look(page);
      await page.locator("#model").selectOption("lite");
      await page.getByText(/network|load/).first().waitFor();
    });
  } finally {
    await server.close().catch(() => {});
  }
});

test("each file is loaded from the server once", async () => {
  const server = await serve();
  try {
    const loaded: string[] = [];
    server.onRequest((path) => loaded.push(path));
    await visit(browser, server.url, async ({ page }) => {
      await look(page);
      await page.reload();
      await look(page);
    });
    const large = loaded.filter((path) => /\.(wasm|tflite)$/.test(path));
    assert.deepEqual(large, [...new Set(large)]);
    assert.equal(large.length, 3);
  } finally {
    await server.close();
  }
});

test("a newer page is shown at the next visit, and what did not change is not loaded again", async () => {
  await inFolder(async (folder) => {
    const build = join(folder, "web");
    cpSync(BUILD, build, { recursive: true });
    const server = await serve(build);
    try {
      await visit(browser, server.url, async ({ page }) => {
        await look(page);
        change(join(build, "index.html"), "What is out of focus?</h1>", "A newer page</h1>");
        change(join(build, "service-worker.js"), /"[0-9a-f]{16}"/, '"newer"');
        await page.evaluate(async () => {
          const registration = (await navigator.serviceWorker.getRegistration())!;
          await registration.update();
          const installing = registration.installing ?? registration.waiting!;
          if (installing.state !== "installed") {
            await new Promise((resolve) => {
              installing.addEventListener("statechange", resolve, { once: true });
            });
          }
        });
        const context = page.context();
        await page.close();
        const loaded: string[] = [];
        server.onRequest((path) => loaded.push(path));
        let next = await context.newPage();
        // The older one is shown until the newer one has taken over from pages that are gone.
        for (let visits = 0; visits < 10; visits++) {
          await next.goto(server.url);
          if ((await next.locator("h1").textContent()) === "A newer page") break;
          await next.close();
          next = await context.newPage();
        }
        assert.equal(await next.locator("h1").textContent(), "A newer page");
        await look(next);
        assert.deepEqual(loaded.filter((path) => /\.(wasm|tflite)$/.test(path)), []);
        const caches = await next.evaluate(() => window.caches.keys());
        assert.equal(caches.length, 1, String(caches));
      });
    } finally {
      await server.close();
    }
  });
});

function change(path: string, before: string | RegExp, now: string): void {
  const content = readFileSync(path, "utf8");
  const changed = content.replace(before, now);
  assert.notEqual(changed, content);
  writeFileSync(path, changed);
}

test("where the host isolates the page it runs on several threads, without a network too", async () => {
  const server = await serve(undefined, {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
  });
  try {
    await visit(browser, server.url, async ({ page, requests }) => {
      await look(page);
      assert(await page.evaluate(() => crossOriginIsolated));
      assert(requests.some((request) => request.endsWith("litert_wasm_threaded_internal.wasm")));
      await server.close();
      await page.context().setOffline(true);
      await page.reload();
      await look(page);
    });
  } finally {
    await server.close().catch(() => {});
  }
});

test("the page works in a folder of a host, without a network too", async () => {
  const server = await serve(resolve("build"));
  try {
    await visit(browser, `${server.url}page/`, async ({ page }) => {
      await look(page);
      await server.close();
      await page.context().setOffline(true);
      await page.reload();
      await look(page);
    });
  } finally {
    await server.close().catch(() => {});
  }
});

test("the page can be installed", async () => {
  const server = await serve();
  try {
    await visit(browser, server.url, async ({ page }) => {
      const session = await page.context().newCDPSession(page);
      const manifest = await session.send("Page.getAppManifest");
      assert.deepEqual(manifest.errors, []);
      const { icons, start_url: start } = JSON.parse(manifest.data!) as {
        icons: { src: string; sizes: string }[];
        start_url: string;
      };
      assert.equal(new URL(start, manifest.url).href, server.url);
      for (const { src, sizes } of icons) {
        const size = await page.evaluate(async (src) => {
          const image = new Image();
          image.src = src;
          await image.decode();
          return `${image.naturalWidth}x${image.naturalHeight}`;
        }, new URL(src, manifest.url).href);
        if (sizes !== "any") assert.equal(size, sizes);
      }
      const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
      // Visits of tests leave nothing behind, as private windows do.
      const ids = installabilityErrors.map(({ errorId }) => errorId);
      assert.deepEqual(ids.filter((id) => id !== "in-incognito"), []);
    });
  } finally {
    await server.close();
  }
});
