/** The page and a camera, whose picture is a video that the test makes. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { photo, writeVideo } from "./picture.js";
import { choose, inFolder, launch, overlayAt, type Server, serve, verdict, visit } from "./visit.js";

// What LiteRT and its compiled code take is there by then.
const WARM_UP = 200;
// DBD_FRAMES=2000 looks longer.
const FRAMES = Number(process.env.DBD_FRAMES ?? 400);
const MEBIBYTE = 2 ** 20;
// What heap and process may vary by between two looks; a map that is kept is 0.4 MB.
const MOST_HEAP_GROWTH = 4 * MEBIBYTE;
const MOST_OWN_GROWTH = 50 * MEBIBYTE;
// Without a GPU, Chromium keeps the last frames that were drawn from a video, whoever drew them, in
// 350 MB of shared memory.
const MOST_SHARED = 450 * MEBIBYTE;

let server: Server;

before(async () => {
  server = await serve();
});
after(() => server?.close());

/** Use the page with a camera, which it may use or not. */
async function filmed(
  use: (page: Page, browser: Browser) => Promise<void>,
  isAllowed = true,
): Promise<void> {
  await inFolder(async (folder) => {
    const video = join(folder, "camera.y4m");
    writeVideo(video);
    const browser = await launch({ video, isAllowed });
    try {
      await visit(browser, server.url, ({ page }) => use(page, browser));
    } finally {
      await browser.close();
    }
  });
}

/** Until so many maps were drawn since the page was opened. */
async function untilDrawn(page: Page, count: number): Promise<void> {
  await page.waitForFunction((count) => (window as unknown as { drawn: number }).drawn >= count, count, {
    timeout: 600_000,
    polling: 250,
  });
}

/** Count what is drawn on overlays. */
async function countDrawn(page: Page): Promise<void> {
  await page.evaluate(() => {
    const counted = window as unknown as { drawn: number };
    counted.drawn = 0;
    const { putImageData } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.putImageData = function (...given: unknown[]) {
      counted.drawn++;
      return putImageData.apply(this, given as Parameters<typeof putImageData>);
    };
  });
}

test("the camera's picture gets maps, a tap a verdict, and a still is judged as a photo is", async () => {
  await filmed(async (page) => {
    await countDrawn(page);
    await page.locator("#camera").click();
    await untilDrawn(page, 3);
    const [sharp, blurred] = [await overlayAt(page, 0.2, 0.5), await overlayAt(page, 0.8, 0.5)];
    assert(sharp[3]! < 64 && blurred[3]! > 64, `opacity ${sharp[3]} and ${blurred[3]}`);
    const stage = (await page.locator("#stage").boundingBox())!;
    await page.mouse.click(stage.x + 0.8 * stage.width, stage.y + 0.5 * stage.height);
    await verdict(page, /The box is (slightly soft|blurred)/);
    await page.mouse.click(stage.x + 0.2 * stage.width, stage.y + 0.5 * stage.height);
    await verdict(page, /The box is sharp/);
    await page.keyboard.press("Escape");
    await verdict(page, /Tap what should be sharp/);
    await page.locator("#still").click();
    await verdict(page, /The subject is sharp/);
    assert.equal(await page.locator("#photo").getAttribute("alt"), "The photo from the camera");
    assert.equal(await page.locator("#video").evaluate((video: HTMLVideoElement) => video.srcObject), null);
  });
});

test("a stopped camera is off, and no frame is looked at any more", async () => {
  await filmed(async (page) => {
    await countDrawn(page);
    await page.locator("#camera").click();
    await untilDrawn(page, 2);
    const track = await page.evaluateHandle(() => {
      const video = document.querySelector("video")!;
      return (video.srcObject as MediaStream).getTracks()[0]!;
    });
    await page.locator("#camera").click();
    assert.equal(await track.evaluate((track) => track.readyState), "ended");
    assert.equal(await page.locator("#camera").getAttribute("aria-pressed"), "false");
    const drawn = () => page.evaluate(() => (window as unknown as { drawn: number }).drawn);
    const before = await drawn();
    await page.waitForTimeout(300);
    assert.equal(await drawn(), before);
  });
});

test("a refused camera is a sentence, and the file's way stays", async () => {
  await filmed(async (page) => {
    await page.locator("#camera").click();
    await page.getByText("This page may not use the camera: allow it").waitFor();
    assert.equal(await page.locator("#camera").getAttribute("aria-pressed"), "false");
    await choose(page, photo());
    await verdict(page, /The subject is sharp/);
  }, false);
});

test(`memory stays as it is over ${FRAMES} frames`, { timeout: 600_000 }, async () => {
  await filmed(async (page, browser) => {
    await countDrawn(page);
    await page.locator("#camera").click();
    await untilDrawn(page, 1);
    // With a verdict now and then.
    await page.locator("#stage").focus();
    await page.keyboard.press("ArrowRight");
    await untilDrawn(page, WARM_UP);
    const before = await memory(page, browser);
    await untilDrawn(page, WARM_UP + FRAMES);
    const now = await memory(page, browser);
    console.log(`after ${WARM_UP} frames ${JSON.stringify(before)}, after ${FRAMES} more ${JSON.stringify(now)}`);
    assert(now.heap - before.heap < MOST_HEAP_GROWTH);
    assert(now.own - before.own < MOST_OWN_GROWTH);
    assert(now.shared < MOST_SHARED);
  });
});

/**
 * Bytes of the page's JavaScript heap after collection, of the memory that its process has for itself,
 * WASM's included, and of what it shares with the browser, its bitmaps.
 */
async function memory(
  page: Page,
  browser: Browser,
): Promise<{ heap: number; own: number; shared: number }> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.enable");
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  const whole = await browser.newBrowserCDPSession();
  const { processInfo } = await whole.send("SystemInfo.getProcessInfo");
  await whole.detach();
  // The browser has a spare process or two beside the page's, which is the largest.
  const sizes = processInfo
    .filter(({ type }) => type === "renderer")
    .map(({ id }) => {
      const status = readFileSync(`/proc/${id}/status`, "latin1");
      const [own, shared] = ["RssAnon", "RssShmem"].map(
        (name) => 1024 * Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]),
      );
      return { own: own!, shared: shared! };
    })
    .sort((one, other) => other.own - one.own);
  return { heap: usedSize, ...sizes[0]! };
}
