/** A visit to the built page in Chromium, and what must hold in every one. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, firefox, type Page } from "playwright-core";
import { preview, type PreviewServer } from "vite";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const FIREFOX = process.env.FIREFOX ?? "/usr/bin/firefox-esr";
// Relative to web/, where npm runs the tests; the build is another folder in some of them.
const CONFIG = "demo/vite.config.ts";
const PATIENCE_MS = 60_000;

export interface Server {
  readonly url: string;
  /** Be told the path of everything that is asked for from now on. */
  onRequest(tell: (path: string) => void): void;
  close(): Promise<void>;
}

/**
 * What LiteRT's native code says of itself on the console, errors or not, and what it says of a
 * machine without a GPU.
 */
const SAID_BY_LITERT = /^(INFO|WARNING): |Failed to create default WebGPU device/;

/**
 * Serve a built page on this machine as `make web-demo` does.
 *
 * @param outDir full path of the build, or of a folder around it; web/build/page by default
 * @param headers what the host says with each file
 */
export async function serve(outDir?: string, headers: Record<string, string> = {}): Promise<Server> {
  const server: PreviewServer = await preview({
    configFile: CONFIG,
    logLevel: "error",
    preview: { port: 0, open: false, headers },
    ...(outDir && { build: { outDir } }),
  });
  const address = server.httpServer.address();
  assert(address && typeof address === "object");
  return {
    url: `http://127.0.0.1:${address.port}/`,
    onRequest: (tell) => server.httpServer.on("request", ({ url }) => tell(url ?? "")),
    close: () => server.close(),
  };
}

/**
 * Chromium without a window.
 *
 * @param camera the video that its camera sees, and whether pages may use it; no camera by default
 */
export function launch(camera?: { video: string; isAllowed: boolean }): Promise<Browser> {
  const device = camera
    ? [
        "--use-fake-device-for-media-stream",
        `--use-file-for-fake-video-capture=${camera.video}`,
        ...(camera.isAllowed ? ["--use-fake-ui-for-media-stream"] : ["--deny-permission-prompts"]),
      ]
    : ["--use-fake-device-for-media-stream=device-count=0"];
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-dev-shm-usage", ...device],
  });
}

/** Debian's Firefox without a window. */
export function launchFirefox(): Promise<Browser> {
  return firefox.launch({ channel: "moz-firefox", executablePath: FIREFOX });
}

export interface Visit {
  readonly page: Page;
  /** Addresses that were asked for, by the page and its workers, in order. */
  readonly requests: readonly string[];
}

/**
 * Visit the page: `use` does and looks; afterwards nothing may have been asked of another host, and
 * nothing complained of in the console.
 */
export async function visit(
  browser: Browser,
  url: string,
  use: (visit: Visit) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const requests: string[] = [];
  const complaints: string[] = [];
  context.on("request", (request) => requests.push(request.url()));
  context.on("console", (message) => {
    const isComplaint = ["error", "warning"].includes(message.type());
    if (isComplaint && !SAID_BY_LITERT.test(message.text())) complaints.push(message.text());
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(url);
    await use({ page, requests });
    assert.deepEqual(complaints, []);
    const others = requests.filter((request) => !/^(blob|data):/.test(request) && !request.startsWith(url));
    assert.deepEqual(others, []);
  } finally {
    await context.close();
  }
}

/** Give the page a photo, as a person chooses one. */
export async function choose(page: Page, photo: Buffer, name = "my photo.png"): Promise<void> {
  await page.locator("#file").setInputFiles({ name, mimeType: "image/png", buffer: photo });
}

/** The words of the verdict, once they match. */
export async function verdict(page: Page, words: RegExp): Promise<string> {
  const word = page.locator("#word").filter({ hasText: words });
  try {
    await word.waitFor();
  } catch {
    const seen = await page.locator("#word, #error").allTextContents();
    assert.fail(`The verdict is none of ${words}: the page says ${JSON.stringify(seen)}.`);
  }
  return (await word.textContent()) ?? "";
}

/** The overlay's red, green, blue and opacity at a place of 0 to 1. */
export function overlayAt(page: Page, x: number, y: number): Promise<number[]> {
  return page.locator("#overlay").evaluate(
    (canvas: HTMLCanvasElement, [across, down]) => {
      // From a copy: what is read often is drawn without the GPU from then on.
      const copy = new OffscreenCanvas(1, 1).getContext("2d")!;
      copy.drawImage(canvas, -Math.floor(across! * canvas.width), -Math.floor(down! * canvas.height));
      return [...copy.getImageData(0, 0, 1, 1).data];
    },
    [x, y],
  );
}

/** A folder that is gone afterwards. */
export async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "page-"));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
