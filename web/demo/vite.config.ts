/** `make web` builds the page into web/build/page, for any host; `make web-demo` serves it on this machine. */

import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { pageFiles, RUNTIME } from "./bundle/page_files.js";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  // Relative, so that the page works in any folder of a host.
  base: "./",
  publicDir: false,
  plugins: [pageFiles()],
  resolve: { alias: { "dbd-mobile": here("../dist/index.js") } },
  define: { __RUNTIME__: JSON.stringify(RUNTIME) },
  // Classic, as the package's worker is.
  worker: { format: "iife" },
  build: {
    target: "es2022",
    outDir: here("../build/page"),
    emptyOutDir: true,
    // As files of their own: the page's security policy has no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: false,
    rollupOptions: {
      input: {
        index: here("index.html"),
        "service-worker": here("service_worker/service_worker.ts"),
      },
      output: {
        // The browser asks for this name whenever it looks for a newer page.
        entryFileNames: ({ name }) =>
          name === "service-worker" ? "service-worker.js" : "assets/[name]-[hash].js",
        // All models are called model.tflite, in folders of their own.
        assetFileNames: ({ originalFileNames: [path] }) => {
          const id = path && /([^/]+)\/model\.tflite$/.exec(path)?.[1];
          return `assets/${id ?? "[name]"}-[hash][extname]`;
        },
      },
    },
  },
  preview: { host: "127.0.0.1", port: 4173, strictPort: false },
});
