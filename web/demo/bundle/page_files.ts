/** Vite's plug-in for what the page has beside its scripts: runtime, icons, manifest, list of files. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";
import { drawIcon, ICON_SVG } from "./icons.js";

const require = createRequire(import.meta.url);
const CORE = dirname(dirname(require.resolve("@litertjs/core")));
const { version } = JSON.parse(readFileSync(join(CORE, "package.json"), "utf8")) as { version: string };

/** Folder of LiteRT's WASM files in the page; they keep their names, so the folder has the version. */
export const RUNTIME = `litert-${version}/`;

const ICONS = [
  { name: "icon-180.png", side: 180, scale: 0.9, purpose: null },
  { name: "icon-192.png", side: 192, scale: 1, purpose: "any" },
  { name: "icon-512.png", side: 512, scale: 1, purpose: "any" },
  { name: "icon-maskable.png", side: 512, scale: 0.7, purpose: "maskable" },
];

const MANIFEST = {
  name: "What is out of focus?",
  short_name: "Blur map",
  description: "Shows what is out of focus in a photo or in the camera's picture, on this device.",
  lang: "en",
  id: "./",
  start_url: "./",
  scope: "./",
  display: "standalone",
  background_color: "#ffffff",
  theme_color: "#ffffff",
  categories: ["photo", "utilities"],
  icons: [
    { src: "icon.svg", sizes: "any", type: "image/svg+xml", purpose: "any" },
    ...ICONS.filter(({ purpose }) => purpose).map(({ name, side, purpose }) => ({
      src: name,
      sizes: `${side}x${side}`,
      type: "image/png",
      purpose,
    })),
  ],
};

// Loaded when the page is used; what is not among these is the page itself.
const LOADED_LATER = /\.(wasm|jpg)$|^litert-|(nano|lite)-[^/]*\.tflite$/;

export function pageFiles(): Plugin {
  return {
    name: "page-files",
    buildStart() {
      const emit = (fileName: string, source: string | Uint8Array) =>
        this.emitFile({ type: "asset", fileName, source });
      for (const name of readdirSync(join(CORE, "wasm"))) {
        emit(RUNTIME + name, readFileSync(join(CORE, "wasm", name)));
      }
      for (const { name, side, scale } of ICONS) emit(name, drawIcon(side, scale));
      emit("icon.svg", ICON_SVG);
      emit("manifest.webmanifest", `${JSON.stringify(MANIFEST, null, 2)}\n`);
    },
    generateBundle: {
      // After Vite's own, which writes index.html.
      order: "post",
      handler(_options, bundle) {
        const worker = bundle["service-worker.js"];
        if (worker?.type !== "chunk") this.error("The build has no service-worker.js.");
        const names = Object.keys(bundle).filter((name) => name !== worker.fileName).sort();
        const hash = createHash("sha256");
        for (const name of names) {
          const file = bundle[name];
          hash.update(name).update(file?.type === "chunk" ? file.code : (file?.source ?? ""));
        }
        const shell = names.filter((name) => name !== "index.html" && !LOADED_LATER.test(name));
        const later = names.filter((name) => LOADED_LATER.test(name));
        const known = {
          __SHELL__: shell,
          __LOADED_LATER__: later,
          __BUILD__: hash.digest("hex").slice(0, 16),
        };
        for (const [name, value] of Object.entries(known)) {
          worker.code = worker.code.replaceAll(name, JSON.stringify(value));
        }
      },
    },
  };
}
