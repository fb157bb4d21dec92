/** What the page loads until it says whether a photo's subject is sharp, on the very first visit. */

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { photo } from "./picture.js";
import { choose, serve, verdict, visit } from "./visit.js";

const BUILD = "build/page";
// Most hosts send no other files compressed.
const COMPRESSED = /\.(html|css|js|wasm|svg|webmanifest)$/;

export interface Part {
  readonly name: string;
  /** Bytes on the disk. */
  readonly bytes: number;
  /** Bytes that a host sends, with gzip. */
  readonly sent: number;
}

const PARTS: readonly (readonly [string, RegExp])[] = [
  ["LiteRT, compiled to WASM", /\.wasm$/],
  ["LiteRT's script around it", /^litert-.*\.js$/],
  ["models: `nano`, and `detail` for the verdict", /\.tflite$/],
  ["the page and the package: HTML, CSS, scripts, icons", /./],
];

export async function firstResult(browser: Browser): Promise<Part[]> {
  const server = await serve();
  const loaded = new Set<string>();
  try {
    server.onRequest((path) => loaded.add(path.replace(/^\/|\?.*/g, "")));
    await visit(browser, server.url, async ({ page }) => {
      await choose(page, photo());
      await verdict(page, /The subject/);
    });
  } finally {
    await server.close();
  }
  const parts = PARTS.map(([name, files]) => ({ name, files, bytes: 0, sent: 0 }));
  for (const path of loaded) {
    const content = readFileSync(`${BUILD}/${path}`);
    const part = parts.find(({ files }) => files.test(path))!;
    part.bytes += content.length;
    part.sent += COMPRESSED.test(path) ? gzipSync(content).length : content.length;
  }
  return parts.map(({ name, bytes, sent }) => ({ name, bytes, sent }));
}

/** The parts as a table for the README, in megabytes. */
export function tableOf(parts: readonly Part[]): string {
  const all = parts.reduce(
    (sum, { bytes, sent }) => ({ bytes: sum.bytes + bytes, sent: sum.sent + sent }),
    { bytes: 0, sent: 0 },
  );
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(2);
  const row = ({ name, bytes, sent }: Part) => `| ${name} | ${megabytes(bytes)} | ${megabytes(sent)} |`;
  return [
    "| until the first result | MB as files | MB as sent (gzip) |",
    "|---|---|---|",
    ...parts.map(row),
    row({ name: "all", ...all }),
  ].join("\n");
}
