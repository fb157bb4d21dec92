/** Debian's Chromium without a window, and the package as a plain static host serves it. */
import { createServer, type Server } from "node:http";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";

import { type Browser, chromium, type Page } from "playwright-core";

const ROOT = new URL("../../../../../", import.meta.url);

const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
  ".json": "application/json",
  ".jpg": "image/jpeg",
};

/** No bundler: the browser finds the packages by their names itself. */
const PAGE = `<!doctype html><title>test</title><link rel="icon" href="data:,">
<script type="importmap">{"imports": {
  "@litertjs/core": "/web/node_modules/@litertjs/core/dist/index.js",
  "@litertjs/wasm-utils": "/web/node_modules/@litertjs/wasm-utils/dist/index.js",
  "dbd-mobile": "/web/dist/index.js"
}}</script><body></body>`;

/** Serves the checkout; `/isolated` is a page that is cross-origin isolated. */
async function serve(): Promise<Server> {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const isIsolated = request.headers.referer?.endsWith("/isolated") || path === "/isolated";
    if (isIsolated || path.startsWith("/web/")) {
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    }
    try {
      const isPage = path === "/" || path === "/isolated";
      const content = isPage ? PAGE : await readFile(new URL(`.${path}`, ROOT));
      response.setHeader("Content-Type", isPage ? "text/html" : (TYPES[extname(path)] ?? "application/octet-stream"));
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

export class Chromium {
  private constructor(
    private readonly server: Server,
    private readonly browser: Browser,
  ) {}

  static async start(): Promise<Chromium> {
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
    });
    return new Chromium(await serve(), browser);
  }

  /** A new page of its own; an error in it that nobody catches fails the test. */
  async open(path = "/"): Promise<Page> {
    const page = await this.browser.newPage();
    page.on("pageerror", (error) => {
      throw error;
    });
    const { port } = this.server.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}${path}`);
    return page;
  }

  async stop(): Promise<void> {
    await this.browser.close();
    this.server.closeAllConnections();
    this.server.close();
  }
}
